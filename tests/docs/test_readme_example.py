"""The example of the README is an app."""

import re

from tests.infrastructure.apps import REPOSITORY, new_stack, resources, template_of


def test_the_example_of_the_readme_publishes_its_task_and_has_people_work_on_it() -> None:
    stack = new_stack()
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    exec(compile(example, "README.md", "exec"), {"self": stack})
    template = template_of(stack)
    machines = resources(template, "AWS::StepFunctions::StateMachine").values()
    names = {machine["Properties"]["StateMachineName"] for machine in machines}
    assert names == {"Labeling-labeling-job", "Labeling-labeling-workflow"}
    parameters = resources(template, "AWS::SSM::Parameter").values()
    assert "/ground-truth/Labeling/tasks/street" in {parameter["Properties"]["Name"] for parameter in parameters}
