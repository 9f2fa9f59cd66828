"""What the deployed roles may do, and what they did."""

from examples.street.deploy import STACK, Deployment
from tests.infrastructure.apps import as_list

# Roles by the end of their construct's path; the hash that follows in the logical id differs.
LABELING = ("ExecutionRole", "PreAnnotationRole", "PostAnnotationRole")
ENGINE = ("RunJobRole", "WorkerApiRole", "EngineWorkflowRole")
WORKFLOW = ("RunWorkflowRole", "WorkflowRole")
PREPARATION = ("PrepareImagesRole", "AssembleDatasetRole", "PreparationWorkflowRole", "MarkerRole")
# The longest end that fits is the role: "EngineWorkflowRole" ends like "WorkflowRole", too.
ROLES = sorted((*LABELING, *ENGINE, *WORKFLOW, *PREPARATION), key=len, reverse=True)


def roles(deployment: Deployment) -> dict[str, str]:
    """The physical name of each role of the stack, and the construct it is."""
    cloudformation = deployment.emulator.session().client("cloudformation")
    resources_of_stack = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    return {
        entry["PhysicalResourceId"]: next(role for role in ROLES if role in entry["LogicalResourceId"])
        for entry in resources_of_stack
        if entry["ResourceType"] == "AWS::IAM::Role"
    }


def granted_actions(deployment: Deployment) -> dict[str, set[str]]:
    """The actions that each role is granted."""
    iam = deployment.emulator.session().client("iam")
    result: dict[str, set[str]] = {}
    for name, role in roles(deployment).items():
        documents = [
            iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ]
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
            found_version = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)
            documents.append(found_version["PolicyVersion"]["Document"])
        for statement in (each for document in documents for each in document["Statement"]):
            result.setdefault(role, set()).update(as_list(statement["Action"]))
    return result


def used_actions(deployment: Deployment) -> dict[str, set[str]]:
    """The actions that each role was allowed so far."""
    names = roles(deployment)
    result: dict[str, set[str]] = {}
    for call in deployment.emulator.calls():
        role = names.get(call.principal.split("/")[1]) if "/" in call.principal else None
        if role and call.decision == "Allow":
            result.setdefault(role, set()).add(call.action)
    return result
