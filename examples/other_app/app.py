"""A foreign CDK app, with none of this project's feature flags, that has animals labeled by people of its own."""

import aws_cdk as cdk

from cdk_ground_truth import (
    BoundingBox,
    GroundTruthLabeling,
    Instructions,
    LabelingWorkflow,
    SelfHostedEngine,
    SemanticSegmentation,
)

app = cdk.App()
stack = cdk.Stack(app, "Zoo")

labeling = GroundTruthLabeling(
    stack,
    "Labeling",
    tasks=[
        BoundingBox(
            "animals",
            labels=["zebra", "giraffe"],
            instructions=Instructions(
                what_to_label="Draw one box around every animal.",
                box_fit="The box touches the animal on all four sides, tail and horns included.",
                partly_visible="Box the part you can see.",
            ),
        ),
        SemanticSegmentation("ground", labels=["grass", "water"]),
    ],
)
engine = SelfHostedEngine(stack, "Engine", labeling=labeling)
LabelingWorkflow(stack, "Workflow", labeling=labeling, engine=engine)

app.synth()
