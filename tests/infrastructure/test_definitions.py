"""State machine definitions before judges that no one here wrote: cfn-lint and npm's validator of the language."""

import copy
import functools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from cdk_ground_truth import GroundTruthLabeling, LabelingWorkflow, SelfHostedEngine, Workforce
from tests.definitions import definitions_in
from tests.infrastructure.apps import REPOSITORY, label, new_stack, template_of
from tests.stacks.test_labeling_stack import NAMES, template

_TEAM = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/team"


@functools.cache
def definitions_of_workflow(*, engine: bool, ground_truth: bool, flags: bool = True) -> dict[str, dict[str, Any]]:
    """The machines of a labeling on the backends given, with or without the feature flags of a new app."""
    stack = new_stack(flags=flags)
    workforce = Workforce.private(work_team_arn=_TEAM) if ground_truth else Workforce.self_hosted()
    labeling: GroundTruthLabeling = label(stack, workforce=workforce)
    hosted = SelfHostedEngine(stack, "Engine", labeling=labeling) if engine else None
    LabelingWorkflow(stack, "Workflow", labeling=labeling, engine=hosted)
    return definitions_in(template_of(stack).to_json())


@functools.cache
def every_definition() -> Mapping[str, dict[str, Any]]:
    """Every machine of every environment, and of labelings on other backends."""
    machines = {
        f"{name} {logical_id}": definition
        for name in NAMES
        for logical_id, definition in definitions_in(template(name).to_json()).items()
    }
    for engine, ground_truth in ((True, True), (False, True)):
        for logical_id, definition in definitions_of_workflow(engine=engine, ground_truth=ground_truth).items():
            machines[f"engine={engine} ground_truth={ground_truth} {logical_id}"] = definition
    return machines


@functools.cache
def the_engine() -> dict[str, Any]:
    return next(each for each in every_definition().values() if "Wait for the workers" in each["States"])


def lint(definitions: Mapping[str, dict[str, Any]], folder: Path) -> tuple[int, str]:
    role = "arn:aws:iam::111122223333:role/any"
    machines = {
        f"Machine{number}": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": role, "DefinitionString": json.dumps(definition)},
        }
        for number, definition in enumerate(definitions.values())
    }
    file = folder / "template.json"
    file.write_text(json.dumps({"Resources": machines}))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", "--regions", "eu-west-1", "--"]
    done = subprocess.run([*command, str(file)], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_every_definition_passes_cfn_lint(tmp_path: Path) -> None:
    assert lint(every_definition(), tmp_path) == (0, "")


def test_cfn_lint_would_find_a_state_that_leads_nowhere(tmp_path: Path) -> None:
    broken = copy.deepcopy(the_engine())
    broken["States"]["Assemble"]["Next"] = "Nowhere"
    del broken["States"]["Plan"]["Resource"]
    status, output = lint({"broken": broken}, tmp_path)
    assert status != 0
    assert "E3601" in output


def asl_validator(definition: dict[str, Any], folder: Path) -> tuple[int, str]:
    """What npm's validator of the language says, which knows what the service refuses and cfn-lint lets pass."""
    file = folder / "definition.asl.json"
    file.write_text(json.dumps(definition))
    command = [REPOSITORY / "node_modules" / ".bin" / "asl-validator", "--json-path", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_every_definition_passes_the_language_s_own_validator(tmp_path: Path) -> None:
    judged = {name: asl_validator(definition, tmp_path) for name, definition in every_definition().items()}
    assert {name: text for name, (status, text) in judged.items() if status} == {}
    assert len(judged) > len(NAMES)


def test_the_validator_would_find_two_states_of_one_name(tmp_path: Path) -> None:
    broken = copy.deepcopy(the_engine())
    for name in ("Open every object", "Consolidate"):
        processor = broken["States"][name]["ItemProcessor"]
        processor["StartAt"], (state,) = "One batch", processor["States"].values()
        processor["States"] = {"One batch": state}
    status, text = asl_validator(broken, tmp_path)
    assert status != 0
    assert "DUPLICATE_STATE_NAMES" in text


def test_every_state_leads_to_one_that_is_there_and_every_one_is_reached() -> None:
    def check(machine: dict[str, Any]) -> None:
        states = machine["States"]
        reached = {machine["StartAt"]}
        for state in states.values():
            leads = [state.get("Next"), state.get("Default")]
            leads += [rule["Next"] for rule in (*state.get("Choices", ()), *state.get("Catch", ()))]
            reached |= {lead for lead in leads if lead}
            if "ItemProcessor" in state:
                check(state["ItemProcessor"])
        assert reached == states.keys()

    for definition in every_definition().values():
        check(definition)


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


def test_a_state_s_name_is_unique_in_its_whole_machine_as_the_service_wants_it() -> None:
    repeated = {name: repeated_names(definition) for name, definition in every_definition().items()}
    assert repeated == {name: [] for name in repeated}


def test_maps_write_their_results_whatever_the_app_s_flags_say() -> None:
    with_flags, without = (
        definitions_of_workflow(engine=True, ground_truth=False, flags=flags) for flags in (True, False)
    )
    assert with_flags == without
    maps = [state for state in the_engine()["States"].values() if state["Type"] == "Map"]
    assert all(state["ResultWriter"]["Parameters"]["Prefix.$"] == "$.results" for state in maps)
    assert len(maps) == 2


def test_ground_truth_is_asked_with_every_field_that_the_service_requires_named() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    required = set(model.operation_model("CreateLabelingJob").input_shape.required_members)
    for machine in definitions_of_workflow(engine=False, ground_truth=True).values():
        branches = machine["States"]["Run every job"]["ItemProcessor"]["States"]
        items = [state for state in branches.values() if state["Type"] == "Task"]
        assert len(items) == 2
        for state in items:
            named = {name.removesuffix(".$") for name in state["Parameters"]}
            assert required <= named
            assert state["Resource"] == "arn:aws:states:::sagemaker:createLabelingJob.sync"
        (with_categories, without) = (set(state["Parameters"]) for state in items)
        assert with_categories - without == {"LabelCategoryConfigS3Uri.$"}


def test_what_was_refused_before_it_ran_is_tried_for_minutes() -> None:
    retries = the_engine()["States"]["Assemble"]["Retry"]
    throttled = next(retry for retry in retries if "Lambda.TooManyRequestsException" in retry["ErrorEquals"])
    seconds = [
        min(throttled["IntervalSeconds"] * throttled["BackoffRate"] ** attempt, throttled["MaxDelaySeconds"])
        for attempt in range(throttled["MaxAttempts"])
    ]
    assert sum(seconds) >= 240
    assert throttled["JitterStrategy"] == "FULL"
    assert retries.index(throttled) < next(i for i, retry in enumerate(retries) if "States.ALL" in retry["ErrorEquals"])


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
