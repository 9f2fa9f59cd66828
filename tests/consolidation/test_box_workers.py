"""A worker's skill in drawing boxes, by hand from the sums that are stored."""

import pytest

from ground_truth.consolidation.box_workers import box_outliers, box_skills

GOOD = {"images": 20.0, "found": 18.0, "missed": 2.0, "extra": 1.0, "iou": 15.3}


def sums(**changes: float) -> dict[str, float]:
    return GOOD | changes


def test_every_part_of_the_skill_is_shrunk_by_the_same_prior() -> None:
    skill = box_skills({"u": GOOD})["u"]
    assert (skill.worker_id, skill.images, skill.objects) == ("u", 20.0, 20.0)
    recall, precision, overlap = (18 + 4) / (20 + 6), (18 + 4) / (19 + 6), (15.3 + 4) / (18 + 6)
    assert (skill.recall, skill.precision, skill.mean_iou) == pytest.approx((recall, precision, overlap))
    assert skill.skill == pytest.approx(2 * recall * precision / (recall + precision) * overlap)


def test_superfluous_boxes_lower_the_precision_and_nothing_else() -> None:
    few, many = box_skills({"u": sums(extra=1.0)})["u"], box_skills({"u": sums(extra=40.0)})["u"]
    assert many.precision == pytest.approx((18 + 4) / (18 + 40 + 6))
    assert many.precision < few.precision
    assert (many.recall, many.mean_iou, many.objects) == (few.recall, few.mean_iou, few.objects)
    assert many.skill < few.skill


def test_missed_objects_lower_the_recall_and_nothing_else() -> None:
    few, many = box_skills({"u": sums(missed=2.0)})["u"], box_skills({"u": sums(missed=40.0)})["u"]
    assert many.recall == pytest.approx((18 + 4) / (18 + 40 + 6))
    assert (many.precision, many.mean_iou) == (few.precision, few.mean_iou)
    assert many.objects == 58
    assert many.skill < few.skill


def test_what_is_not_stored_counts_as_nothing() -> None:
    skill = box_skills({"u": {}})["u"]
    assert (skill.images, skill.objects) == (0.0, 0.0)
    assert skill.recall == skill.precision == skill.mean_iou == pytest.approx(4 / 6)
    assert skill.skill == pytest.approx(4 / 9)


def test_workers_come_sorted() -> None:
    assert list(box_skills({"w": GOOD, "u": GOOD, "v": GOOD})) == ["u", "v", "w"]


def team(**others: dict[str, float]) -> dict[str, dict[str, float]]:
    return {worker: sums() for worker in "abcde"} | others


def test_who_draws_much_worse_than_the_others_stands_out_with_the_reason() -> None:
    counts = team(z=sums(found=5.0, missed=15.0, extra=30.0, iou=2.0))
    skills = box_skills(counts)
    outlier = box_outliers(counts)["z"]
    assert list(box_outliers(counts)) == ["z"]
    assert (outlier.worker_id, outlier.score) == ("z", skills["z"].skill)
    # All others are alike, so that the limit is the median less three times the smallest spread.
    assert outlier.limit == pytest.approx(skills["a"].skill - 3 * 0.03)
    assert outlier.reason == (
        f"skill {skills['z'].skill:.2f}, the others' limit is {outlier.limit:.2f}: found {skills['z'].recall:.0%} of "
        f"20 objects, {skills['z'].precision:.0%} of the boxes were kept, mean IoU {skills['z'].mean_iou:.2f}"
    )


def test_superfluous_boxes_alone_make_an_outlier() -> None:
    assert list(box_outliers(team(z=sums(extra=30.0)))) == ["z"]
    assert box_outliers(team(z=sums(extra=2.0))) == {}


@pytest.mark.parametrize(("objects", "judged"), [(9, False), (10, True)])
def test_ten_objects_found_or_missed_are_needed_to_be_judged(objects: float, judged: bool) -> None:
    counts = team(z={"found": 1.0, "missed": objects - 1.0, "extra": 40.0, "iou": 0.3})
    assert bool(box_outliers(counts)) is judged


def test_who_is_not_judged_does_not_move_the_limit() -> None:
    beginner = {"found": 0.0, "missed": 2.0, "extra": 50.0, "iou": 0.0}
    bad = sums(extra=30.0)
    alone, among = box_outliers(team(z=bad)), box_outliers(team(z=bad, y=beginner, x=beginner))
    assert alone["z"].limit == among["z"].limit
    assert list(among) == ["z"]
