"""The CDK app: picks an environment by the context key ``env`` and declares its stack."""

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NODE = Path(sys.prefix, "bin", "node")
if NODE.exists():
    # The CDK runs on Node.js: take the virtual environment's, so that nothing has to be activated.
    os.environ.setdefault("JSII_NODE", str(NODE))

import aws_cdk as cdk  # noqa: E402
from cdk_nag import AwsSolutionsChecks  # noqa: E402

from examples.street.task import PICTURES, STREET  # noqa: E402
from stacks.environments import find_environment  # noqa: E402
from stacks.labeling_stack import LabelingStack  # noqa: E402


def main() -> None:
    """Synthesizes the chosen environment."""
    # The CDK command line passes cdk.json on; without it the flags would be missing.
    flags = json.loads((HERE / "cdk.json").read_text())["context"]
    app = cdk.App(context=flags, outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
    try:
        environment = find_environment(app.node.try_get_context("env") or "dev")
    except ValueError as error:
        sys.exit(str(error))
    LabelingStack(
        app,
        f"GroundTruth-{environment.name}",
        environment=environment,
        tasks=[STREET],
        instruction_pictures=str(PICTURES),
    )
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
    app.synth()


if __name__ == "__main__":
    main()
