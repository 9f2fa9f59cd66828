"""The street-scene task: which way is a pavement used, and what stands on it."""

from pathlib import Path

from ground_truth.tasks.instructions import Example, Instructions
from ground_truth.tasks.task import BoundingBox

PICTURES = Path(__file__).with_name("pictures")

STREET = BoundingBox(
    "street",
    labels=["sidewalk", "bike path", "car on road", "car on sidewalk"],
    instructions=Instructions(
        what_to_label=(
            "Draw one box around each sidewalk, each bike path and each car. A car counts as on the sidewalk "
            "as soon as one wheel stands on it."
        ),
        box_fit="The box touches the outermost pixels of the object on all four sides, mirrors included.",
        partly_visible=(
            "Label objects that are cut off by the edge of the picture or partly hidden: box the part you "
            "can see. Leave out what is hidden by more than three quarters."
        ),
        good_examples=(Example(image="tight-box.svg", text="The box touches the car on all sides."),),
        bad_examples=(Example(image="loose-box.svg", text="The box leaves a margin around the car."),),
    ),
)
