"""State machine definitions as a deployment makes them: from a template, with every reference replaced by a value."""

import json
from typing import Any

ACCOUNT, REGION, PARTITION = "111122223333", "eu-west-1", "aws"
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": PARTITION,
    "AWS::URLSuffix": "amazonaws.com",
}


def definitions_in(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The definition of every state machine, by logical id."""
    return {
        logical_id: json.loads(resolved(resource["Properties"]["DefinitionString"], template))
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::StepFunctions::StateMachine"
    }


def resolved(value: Any, template: dict[str, Any]) -> Any:
    """A value of a template as the deployed one would be: names are the logical ids, ARNs are made of them."""
    match value:
        case {"Ref": name}:
            return _PSEUDO.get(name) or _ref(name, template)
        case {"Fn::GetAtt": [name, "Arn"]}:
            return _arn(name, template)
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{name}.{attribute}"
        case {"Fn::Join": [separator, parts]}:
            return separator.join(resolved(part, template) for part in parts)
        case {"Fn::Select": [index, parts]}:
            return resolved(parts, template)[int(index)]
        case {"Fn::Split": [separator, text]}:
            return resolved(text, template).split(separator)
        case dict():
            return {key: resolved(inner, template) for key, inner in value.items()}
        case list():
            return [resolved(inner, template) for inner in value]
    return value


def _ref(name: str, template: dict[str, Any]) -> str:
    arns = ("AWS::StepFunctions::StateMachine", "AWS::SNS::Topic")
    return _arn(name, template) if template["Resources"].get(name, {}).get("Type") in arns else name.lower()


def _arn(name: str, template: dict[str, Any]) -> str:
    resource = template["Resources"].get(name, {})
    properties = resource.get("Properties", {})
    match resource.get("Type"):
        case "AWS::StepFunctions::StateMachine":
            return f"arn:{PARTITION}:states:{REGION}:{ACCOUNT}:stateMachine:{properties.get('StateMachineName', name)}"
        case "AWS::Lambda::Function":
            return f"arn:{PARTITION}:lambda:{REGION}:{ACCOUNT}:function:{properties.get('FunctionName', name)}"
        case "AWS::SNS::Topic":
            return f"arn:{PARTITION}:sns:{REGION}:{ACCOUNT}:{name}"
        case "AWS::S3::Bucket":
            return f"arn:{PARTITION}:s3:::{name.lower()}"
    return f"arn:{PARTITION}:any:{REGION}:{ACCOUNT}:{name}"
