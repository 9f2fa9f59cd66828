"""The parts of CloudFormation templates that are compared."""

from ground_truth.contract.json_types import JsonObject


def part(content: JsonObject, name: str) -> JsonObject:
    """A section of a template or of a resource; empty where it is not there."""
    section = content.get(name)
    return section if isinstance(section, dict) else {}


def resource_type(resource: JsonObject) -> str:
    """The type of a resource; empty where there is no resource."""
    return str(resource.get("Type", ""))
