import pytest

from ground_truth.consolidation.verification import Comment, adjustment_status, worker_feedback


def test_comments_come_in_the_order_of_submission_without_empty_ones():
    comments = [
        Comment(worker_id="v", text=" left edge too wide ", submitted="2026-11-23T11:00"),
        Comment(worker_id="u", text="blurred", submitted="2026-11-23T10:00"),
        Comment(worker_id="w", text=None),
        Comment(worker_id="x", text="  "),
    ]
    assert worker_feedback(comments) == [{"comment": "blurred"}, {"comment": "left edge too wide"}]
    assert worker_feedback([]) == []


@pytest.mark.parametrize(
    ("modified", "status"),
    [([], "unadjusted"), ([False, None], "unadjusted"), ([False, True], "adjusted")],
)
def test_one_worker_who_changed_the_label_makes_it_adjusted(modified, status):
    assert adjustment_status(modified) == status
