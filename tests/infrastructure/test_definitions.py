"""cfn-lint's check of state machine definitions; in a template they hold references, which it does not look through."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cdk_ground_truth import _engine_workflow, _labeling_workflow, _preparation_workflow
from tests.infrastructure.apps import REPOSITORY

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:any"
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:any"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:any"
DEFINITIONS: dict[str, dict[str, Any]] = {
    "engine": _engine_workflow.definition(run_function=FUNCTION, max_concurrency=50),
    "labeling": _labeling_workflow.definition(function=FUNCTION, topic=TOPIC, engine=MACHINE, ground_truth=True),
    "preparation": _preparation_workflow.definition(
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
