from aws_cdk import aws_s3 as s3

from cdk_ground_truth import BoundingBox, Example, GroundTruthLabeling, InstructionMedia, Instructions
from examples.street.task import PICTURES
from tests.infrastructure.apps import label, new_stack, only, resources, statements, template_of


def media_template(**properties):
    stack = new_stack()
    InstructionMedia(stack, "Media", **properties)
    return template_of(stack)


def test_anybody_may_read_an_object_over_tls_and_nothing_else() -> None:
    allowed = [s for _, s in statements(media_template()) if s["Effect"] == "Allow"]
    assert len(allowed) == 1
    assert allowed[0]["Action"] == "s3:GetObject"
    assert allowed[0]["Principal"] == {"AWS": "*"}
    assert allowed[0]["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    assert allowed[0]["Resource"]["Fn::Join"][1][-1] == "/*", "objects, not the bucket: nothing can be listed"


def test_acls_cannot_open_it_further() -> None:
    bucket = only(media_template(), "AWS::S3::Bucket")
    assert bucket["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert bucket["PublicAccessBlockConfiguration"]["IgnorePublicAcls"] is True
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_private_media_are_not_public_in_any_way() -> None:
    template = media_template(public=False)
    assert set(only(template, "AWS::S3::Bucket")["PublicAccessBlockConfiguration"].values()) == {True}
    assert [s["Effect"] for _, s in statements(template)] == ["Deny"]


def test_content_is_deployed_from_the_folder() -> None:
    deployment = only(media_template(content=str(PICTURES)), "Custom::CDKBucketDeployment")
    assert deployment["Prune"] is True


def test_content_can_be_left_to_the_user() -> None:
    assert not resources(media_template(content=str(PICTURES), deploy_content=False), "Custom::CDKBucketDeployment")


def test_private_pictures_are_readable_by_the_execution_role_which_signs_them() -> None:
    stack = new_stack()
    media = InstructionMedia(stack, "Media", public=False)
    rules = Instructions(good_examples=(Example(image="good.png", text="Tight."),))
    GroundTruthLabeling(
        stack, "Labeling", tasks=[BoundingBox("street", labels=["car"], instructions=rules)], instruction_media=media
    )
    template = template_of(stack)
    media_id = stack.get_logical_id(media.bucket.node.default_child)
    readers = [
        name
        for name, s in statements(template)
        if media_id in str(s.get("Resource")) and s["Effect"] == "Allow" and "TaskPermissions" in name
    ]
    assert len(readers) == 1


def test_an_existing_bucket_is_used_as_it_is() -> None:
    stack = new_stack()
    media = InstructionMedia(stack, "Media", bucket=s3.Bucket.from_bucket_name(stack, "Given", "pictures"))
    assert stack.resolve(media.base_uri) == "https://pictures.s3.eu-west-1.amazonaws.com"
    label(stack, instruction_media=media)
    assert len(resources(template_of(stack), "AWS::S3::Bucket")) == 1, "the training bucket only"
