"""Apps and templates for the tests; a template is synthesized once for all tests that ask for it."""

import functools
import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Annotations, Match, Template

from cdk_ground_truth import BoundingBox, GroundTruthLabeling, Instructions, LabelingTask

REPOSITORY = Path(__file__).resolve().parents[2]
FLAGS: dict[str, Any] = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
# The layer of numpy and Pillow is of no interest to templates.
NO_BUNDLING: dict[str, Any] = {"aws:cdk:bundling-stacks": []}

STREET_LABELS = ["sidewalk", "bike path", "car on road", "car on sidewalk"]
INSTRUCTIONS = Instructions(what_to_label="Each car.", box_fit="Tight.", partly_visible="Box what is visible.")


def street(**changes: Any) -> LabelingTask:
    return BoundingBox("street", **{"labels": STREET_LABELS, "instructions": INSTRUCTIONS} | changes)


def new_stack(
    *, flags: bool = True, account: str | None = "111122223333", region: str | None = "eu-west-1"
) -> cdk.Stack:
    app = cdk.App(context=NO_BUNDLING | (FLAGS if flags else {}))
    return cdk.Stack(app, "Labeling", env=cdk.Environment(account=account, region=region))


def label(stack: cdk.Stack, **properties: Any) -> GroundTruthLabeling:
    return GroundTruthLabeling(stack, "Labeling", **{"tasks": [street()]} | properties)


def template_of(stack: cdk.Stack) -> Template:
    return Template.from_stack(stack)


@functools.cache
def default_template() -> Template:
    """The template of the one-statement use."""
    stack = new_stack()
    label(stack)
    return template_of(stack)


def resources(template: Template, type_name: str) -> dict[str, Any]:
    return dict(template.find_resources(type_name))


def only(template: Template, type_name: str) -> dict[str, Any]:
    """The properties of the one resource of its type."""
    resources_of_stack = list(resources(template, type_name).values())
    assert len(resources_of_stack) == 1, f"{len(resources_of_stack)} resources of {type_name}"
    properties: dict[str, Any] = resources_of_stack[0]["Properties"]
    return properties


def warnings(stack: cdk.Stack) -> list[str]:
    return [str(entry.entry.data) for entry in Annotations.from_stack(stack).find_warning("*", Match.any_value())]


def statements(template: Template) -> list[tuple[str, dict[str, Any]]]:
    """Every policy statement of a template, with the logical id of its resource."""
    items = []
    for name, resource in template.to_json()["Resources"].items():
        for document in _documents(resource.get("Properties", {})):
            items += [(name, statement) for statement in document["Statement"]]
    return items


def _documents(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        if "Statement" in value and isinstance(value["Statement"], list):
            return [value]
        return [document for part in value.values() for document in _documents(part)]
    if isinstance(value, list):
        return [document for part in value for document in _documents(part)]
    return []


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
