"""Results that hold thousands of numbers are short when somebody prints them."""

import numpy as np
import pytest

from ground_truth.consolidation.box_edges import no_precision
from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox, box_table
from ground_truth.consolidation.boxes import consolidate_boxes
from ground_truth.consolidation.classification import consolidate_classification
from ground_truth.consolidation.label_sets import consolidate_multi_label
from ground_truth.consolidation.masks import MaskAnswer, consolidate_masks
from ground_truth.consolidation.votes import votes_from

BOXES = [BoxAnswer(object_id="7", worker_id=worker, boxes=[DrawnBox("x", 1, 2, 30, 40)]) for worker in "uvw"]
MASK = MaskAnswer(worker_id="u", mask=np.ones((4, 5), np.uint8))
VOTES = votes_from(["7", "7"], ["u", "v"], ["x", "y"])


@pytest.mark.parametrize(
    "result",
    [
        no_precision(3),
        box_table(BOXES),
        consolidate_boxes(BOXES),
        VOTES,
        consolidate_classification(VOTES),
        consolidate_multi_label(["7"], ["u"], [["x"]]),
        MASK,
        consolidate_masks([MASK]),
    ],
    ids=lambda result: type(result).__name__,
)
def test_no_arrays_and_no_counts_are_printed(result) -> None:
    text = repr(result)
    assert text.startswith(type(result).__name__)
    assert "array" not in text
    assert "counts=" not in text
    assert "table=" not in text
    assert "votes=" not in text
