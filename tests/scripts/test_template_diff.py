import copy

import pytest

from scripts.diff_markdown import cut, render
from scripts.template_diff import compare

HASH, OTHER_HASH = "a" * 64, "b" * 64
OBJECTS = {"Fn::Join": ["", [{"Fn::GetAtt": ["Photos", "Arn"]}, "/*"]]}
BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True}


def template():
    return {
        "Resources": {
            "Photos": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"PublicAccessBlockConfiguration": BLOCKED, "BucketName": "photos"},
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": policy(
                        statement("sts:AssumeRole", None, Principal={"Service": "sagemaker.amazonaws.com"})
                    )
                },
            },
            "RolePolicy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "Roles": [{"Ref": "Role"}],
                    "PolicyDocument": policy(statement("s3:GetObject", OBJECTS)),
                },
            },
            "Hook": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": {"S3Key": f"{HASH}.zip"}, "Timeout": 60},
                "Metadata": {"aws:asset:path": f"asset.{HASH}"},
            },
        },
        "Outputs": {"Name": {"Value": {"Ref": "Photos"}}},
    }


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(actions, resources, **extra):
    items = {"Effect": "Allow", "Action": actions, **extra}
    return items if resources is None else items | {"Resource": resources}


def properties(changed, resource):
    return changed["Resources"][resource]["Properties"]


def statements_of(changed):
    return properties(changed, "RolePolicy")["PolicyDocument"]["Statement"]


@pytest.fixture
def base():
    return template()


@pytest.fixture
def new():
    return template()


def test_identical_templates_say_so(base, new):
    assert render("main", {"dev": ({"stack": base}, {"stack": new})}) == (
        "## Synth diff against `main`\n\n### `dev`\n\nno difference\n"
    )


def test_what_the_cdk_notes_for_itself_is_no_difference(base, new):
    new["Parameters"] = {"BootstrapVersion": {"Type": "String"}}
    new["Rules"] = {"CheckBootstrapVersion": {"Assertions": []}}
    new["Conditions"] = {"CDKMetadataAvailable": {"Fn::Or": []}}
    new["Resources"]["CDKMetadata"] = {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}}
    new["Resources"]["Photos"]["Metadata"] = {"aws:cdk:path": "Stack/Photos"}
    difference = compare(base, new)
    assert (difference.security, difference.data, difference.others) == ([], [], [])


def test_security_changes_come_first(base, new):
    properties(new, "Hook")["Timeout"] = 90
    properties(new, "Photos")["PublicAccessBlockConfiguration"] = BLOCKED | {"BlockPublicAcls": False}
    report = render("main", {"dev": ({"stack": base}, {"stack": new})})
    opened = report.index("!     PublicAccessBlockConfiguration.BlockPublicAcls: true → false")
    assert report.index("Security-relevant") < opened < report.index("!     Timeout: 60 → 90")


def test_a_widened_action_shows_as_an_added_statement(base, new):
    statements_of(new)[0]["Action"] = ["s3:GetObject", "s3:Put*"]
    assert compare(base, new).security == [
        "! RolePolicy (AWS::IAM::Policy) of ${Role}",
        "+     Allow s3:Put* on ${Photos.Arn}/*  ⚠ wildcard action",
    ]


def test_statements_that_only_move_are_no_difference(base, new):
    statements_of(base)[:] = [statement(["s3:GetObject", "s3:PutObject"], ["a", "b"])]
    statements_of(new)[:] = [
        statement("s3:PutObject", ["b", "a"], Sid="Write"),
        statement("s3:GetObject", ["a", "b"], Sid="Read"),
    ]
    assert compare(base, new).security == []


def test_a_lost_condition_shows_both_statements(base, new):
    statements_of(base)[0]["Condition"] = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert compare(base, new).security[1:] == [
        "+     Allow s3:GetObject on ${Photos.Arn}/*",
        "-     Allow s3:GetObject on ${Photos.Arn}/* (if aws:SourceAccount StringEquals ${AWS::AccountId})",
    ]


def test_a_trust_opened_to_anyone_is_marked(base, new):
    properties(new, "Role")["AssumeRolePolicyDocument"] = policy(
        statement("sts:AssumeRole", None, Principal={"AWS": "*"})
    )
    assert compare(base, new).security == [
        "! Role (AWS::IAM::Role)",
        "+     Allow sts:AssumeRole (principal anyone)  ⚠ anyone",
        "-     Allow sts:AssumeRole (principal sagemaker.amazonaws.com)",
    ]


@pytest.mark.parametrize(
    ("added", "line"),
    [
        (statement("s3:*", "*"), "+     Allow s3:* on *  ⚠ wildcard action, wildcard resource"),
        (
            {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "x"},
            "+     Allow all but iam:* on x  ⚠ wildcard action",
        ),
        (
            {"Effect": "Allow", "Action": "x:Do", "Resource": "r", "NotPrincipal": {"AWS": "a"}},
            "+     Allow x:Do on r (principal all but a)  ⚠ anyone",
        ),
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, "+     Deny s3:* on *"),
        (
            {"Fn::If": ["Open", {"Effect": "Allow"}, {"Ref": "AWS::NoValue"}]},
            "+     Statement {Fn::If: [Open, {Effect: Allow}, ${AWS::NoValue}]}",
        ),
    ],
)
def test_wildcards_are_marked_where_they_open_something(base, new, added, line):
    statements_of(new).append(added)
    assert compare(base, new).security[1:] == [line]


def test_every_kind_of_resource_policy_is_read(base, new):
    allowed = policy(statement("x:Do", "r", Principal={"AWS": "a"}))
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "x:Do", "Resource": "r"}]}'
    new["Resources"] |= {
        "A": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": allowed}},
        "B": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": allowed}},
        "C": {"Type": "AWS::Logs::ResourcePolicy", "Properties": {"PolicyDocument": text}},
        "D": {
            "Type": "AWS::IAM::Role",
            "Properties": {"Policies": [{"PolicyName": "p", "PolicyDocument": allowed}]},
        },
        "E": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Hook"},
                "Principal": "s3.amazonaws.com",
                "SourceAccount": "1",
            },
        },
    }
    assert compare(base, new).security == [
        "+ A (AWS::S3::BucketPolicy)",
        "+     Allow x:Do on r (principal a)",
        "+ B (AWS::KMS::Key)",
        "+     Allow x:Do on r (principal a)",
        "+ C (AWS::Logs::ResourcePolicy)",
        "+     Allow x:Do on r",
        "+ D (AWS::IAM::Role)",
        "+     Allow x:Do on r (principal a)",
        "+ E (AWS::Lambda::Permission)",
        "+     Allow lambda:InvokeFunction on ${Hook} "
        "(principal s3.amazonaws.com, if aws:SourceAccount StringEquals 1)",
    ]


def test_a_removed_bucket_policy_shows_what_it_denied(base, new):
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "r", "Condition": condition}
    base["Resources"]["TlsOnly"] = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"PolicyDocument": policy(denial)},
    }
    assert compare(base, new).security == [
        "- TlsOnly (AWS::S3::BucketPolicy)",
        '-     Deny s3:* on r (principal anyone, if aws:SecureTransport Bool "false")',
    ]


def test_a_second_readable_file_shows_though_its_name_is_a_hash(base, new):
    statements_of(base)[0]["Resource"] = [f"arn/{HASH}.json"]
    statements_of(new)[0]["Resource"] = [f"arn/{HASH}.json", f"arn/{OTHER_HASH}.json"]
    assert compare(base, new).security[1:] == ["+     Allow s3:GetObject on arn/<asset>.json"]


def test_an_asset_change_is_one_line(base, new):
    properties(new, "Hook")["Code"]["S3Key"] = f"{OTHER_HASH}.zip"
    difference = compare(base, new)
    assert difference.others == ["! Hook (AWS::Lambda::Function): code or file changed"]
    assert difference.security == []


@pytest.mark.parametrize(
    ("policy_name", "fate"),
    [
        ("Retain", "removed; DeletionPolicy Retain: the data stays, but nothing manages it"),
        ("Delete", "removed; DeletionPolicy Delete: THE DATA IS DELETED"),
        (None, "removed; DeletionPolicy Delete: THE DATA IS DELETED"),
    ],
)
def test_a_removed_bucket_is_flagged_with_what_becomes_of_its_data(base, new, policy_name, fate):
    base["Resources"]["Photos"]["DeletionPolicy"] = policy_name
    if policy_name is None:
        del base["Resources"]["Photos"]["DeletionPolicy"]
    del new["Resources"]["Photos"]
    difference = compare(base, new)
    assert difference.data == [f"- Photos (AWS::S3::Bucket): {fate}"]
    assert difference.others == []


def test_a_replaced_bucket_is_flagged(base, new):
    properties(new, "Photos")["BucketName"] = "pictures"
    assert compare(base, new).data == [
        "! Photos (AWS::S3::Bucket): replaced by a new, empty one; "
        "UpdateReplacePolicy Retain: the data stays, but nothing manages it",
        "!     BucketName: photos → pictures",
    ]


def test_data_that_would_no_longer_be_kept_is_flagged(base, new):
    new["Resources"]["Photos"]["DeletionPolicy"] = "Delete"
    assert compare(base, new).data == [
        "! Photos (AWS::S3::Bucket)",
        "!     DeletionPolicy: Retain → Delete",
    ]


def test_another_type_under_the_same_name_is_a_removal_and_an_addition(base, new):
    new["Resources"]["Photos"] = {"Type": "AWS::S3Express::DirectoryBucket", "Properties": {}}
    difference = compare(base, new)
    assert difference.data[0].startswith("- Photos (AWS::S3::Bucket): removed")
    assert difference.others == ["+ Photos (AWS::S3Express::DirectoryBucket)"]


def test_outputs_are_compared(base, new):
    new["Outputs"] = {"Arn": {"Value": {"Fn::GetAtt": ["Photos", "Arn"]}}}
    assert compare(base, new).others == [
        "- Outputs.Name.Value: ${Photos}",
        "+ Outputs.Arn.Value: ${Photos.Arn}",
    ]


def test_a_tag_more_does_not_change_the_others(base, new):
    properties(base, "Hook")["Tags"] = [{"Key": "b", "Value": "1"}, {"Key": "c", "Value": "2"}]
    properties(new, "Hook")["Tags"] = [{"Key": "a", "Value": "0"}, *properties(base, "Hook")["Tags"]]
    assert compare(base, new).others[1:] == ["+     Tags[a].Key: a", "+     Tags[a].Value: 0"]


def test_of_long_values_the_differing_part_is_shown(base, new):
    properties(base, "Hook")["Description"] = "x" * 500 + "old" + "y" * 500
    properties(new, "Hook")["Description"] = "x" * 500 + "new" + "y" * 500
    line = compare(base, new).others[1]
    assert "old" in line
    assert "new" in line
    assert len(line) < 200


def test_lines_are_markdown_safe(base, new):
    properties(new, "Hook")["Description"] = "three ``` and\n```\n@everyone"
    report = render("feature/`x`", {"a`b": ({"stack": base}, {"stack": new})})
    assert "`` feature/`x` ``" in report
    assert "`` a`b ``" in report
    assert "\n````diff\n" in report
    assert r'+     Description: "three ``` and\n```\n@everyone"' in report


def test_environments_with_the_same_differences_are_told_together(base, new):
    properties(new, "Hook")["Timeout"] = 90
    both = ({"stack": base}, {"stack": new})
    report = render("main", {"dev": both, "prod": copy.deepcopy(both), "local": ({}, {})})
    assert report.count("Timeout: 60 → 90") == 1
    assert "### `dev`, `prod`\n" in report
    assert "### `local`\n\nno difference" in report


def test_an_environment_on_one_side_only_is_all_added_or_all_removed(base):
    added = render("main", {"dev": (None, {"stack": base})})
    assert "New environment." in added
    assert "+ Photos (AWS::S3::Bucket)" in added
    assert "\n- " not in added
    removed = render("main", {"dev": ({"stack": base}, None)})
    assert "no longer there" in removed
    assert "- Photos (AWS::S3::Bucket): removed; DeletionPolicy Retain" in removed
    assert "\n+ " not in removed


def test_a_text_too_long_is_cut_after_a_line_and_stays_markdown(base):
    whole = render("main", {"dev": (None, {"stack": base})})
    for longest in range(200, len(whole)):
        short = cut(whole, longest)
        assert len(short) <= longest
        assert short.count("```") % 2 == 0
        assert "The rest is left out" in short
    assert cut(whole, len(whole)) == whole
