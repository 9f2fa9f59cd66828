"""cfn-lint's check of state machine definitions; in a template they hold references, which it does not look through."""

import copy
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk_ground_truth._engine.definition import engine_definition
from cdk_ground_truth._labeling_definition import labeling_definition
from cdk_ground_truth._preparation_definition import preparation_definition
from tests.infrastructure.apps import REPOSITORY, resources
from tests.stacks.test_labeling_stack import NAMES, template

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:any"
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:any"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:any"
DEFINITIONS: dict[str, dict[str, Any]] = {
    "engine": engine_definition(run_function=FUNCTION, max_concurrency=50),
    "labeling": labeling_definition(function=FUNCTION, topic=TOPIC, engine=MACHINE, ground_truth=True),
    "preparation": preparation_definition(
        raw_bucket="raw",
        prepare_function=FUNCTION,
        assemble_function=FUNCTION,
        batch_size=25,
        max_concurrency=100,
        tolerated_failure_percentage=5,
    ),
}


def lint(definition: dict[str, Any], folder: Path) -> tuple[int, str]:
    role = "arn:aws:iam::111122223333:role/any"
    properties = {"RoleArn": role, "DefinitionString": json.dumps(definition)}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    file = folder / "template.json"
    file.write_text(json.dumps({"Resources": {"Machine": machine}}))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", "--regions", "eu-west-1", "--"]
    done = subprocess.run([*command, str(file)], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_definition_passes_cfn_lint(name: str, tmp_path: Path) -> None:
    assert lint(DEFINITIONS[name], tmp_path) == (0, "")


def test_cfn_lint_would_find_a_state_that_leads_nowhere(tmp_path: Path) -> None:
    broken = copy.deepcopy(DEFINITIONS["engine"])
    broken["States"]["Assemble"]["Next"] = "Nowhere"
    del broken["States"]["Plan"]["Resource"]
    status, told = lint(broken, tmp_path)
    assert status != 0
    assert "E3601" in told


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_state_leads_to_one_that_is_there_and_every_one_is_reached(name: str) -> None:
    def check(machine: dict[str, Any]) -> None:
        states = machine["States"]
        reached = {machine["StartAt"]}
        for state in states.values():
            leads = [state.get("Next"), state.get("Default")]
            leads += [one["Next"] for one in (*state.get("Choices", ()), *state.get("Catch", ()))]
            reached |= {lead for lead in leads if lead}
            if "ItemProcessor" in state:
                check(state["ItemProcessor"])
        assert reached == states.keys()

    check(DEFINITIONS[name])


def names_of_states(part: Any) -> Iterator[str]:
    """Every state's name in a definition, however deep: in a map's processor or iterator, in a branch, in theirs."""
    if isinstance(part, list):
        for element in part:
            yield from names_of_states(element)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "States":
                yield from value
            yield from names_of_states(value)


def repeated_names(definition: dict[str, Any]) -> list[str]:
    return [name for name, count in Counter(names_of_states(definition)).items() if count > 1]


@pytest.mark.parametrize("name", NAMES)
def test_a_state_s_name_is_unique_in_its_whole_machine_as_the_service_wants_it(name: str) -> None:
    machines = resources(template(name), "AWS::StepFunctions::StateMachine")
    assert len(machines) == len(DEFINITIONS)
    for logical_id, machine in machines.items():
        parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
        definition = json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))
        assert definition["StartAt"] in definition["States"]
        assert (logical_id, repeated_names(definition)) == (logical_id, [])


@pytest.mark.parametrize(("engine", "ground_truth"), [(MACHINE, True), (MACHINE, False), (None, True)])
def test_names_are_unique_whichever_backends_a_labeling_has(engine: str | None, ground_truth: bool) -> None:
    definition = labeling_definition(function=FUNCTION, topic=TOPIC, engine=engine, ground_truth=ground_truth)
    assert repeated_names(definition) == []


@pytest.mark.parametrize(
    "within",
    [
        {"Type": "Map", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass"}}}},
        {"Type": "Map", "Iterator": {"StartAt": "A", "States": {"A": {"Type": "Pass"}}}},
        {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}]},
        {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "B", "States": {"B": {"ItemProcessor": {"States": {"A": {"Type": "Succeed"}}}}}},
            ],
        },
    ],
)
def test_a_repeated_name_is_seen_wherever_it_lies(within: dict[str, Any]) -> None:
    assert repeated_names({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "In"}, "In": within}}) == ["A"]
