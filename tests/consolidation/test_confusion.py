from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox, box_table
from ground_truth.consolidation.confusion import box_confusions, label_confusions
from ground_truth.consolidation.votes import votes_from

VAN = DrawnBox("van", 10, 10, 80, 40)
TRUCK = VAN._replace(label="truck", left=12)
PERSON = DrawnBox("person", 300, 10, 20, 60)


def test_two_labels_that_workers_split_over_are_reported_with_their_images():
    rows = [(f"{i:02d}", w, "van" if w < "w" else "truck") for i in range(6) for w in "uvwx"]
    rows += [(f"p{i}", w, "person") for i in range(9) for w in "uvwx"]
    objects, workers, answers = zip(*rows, strict=True)
    (found,) = label_confusions(votes_from(objects, workers, answers))
    assert found.labels == ("truck", "van")
    assert found.pairs == 24
    assert found.objects == ("00", "01", "02", "03", "04", "05")
    assert "'truck' and 'van' are being confused" in str(found)


def test_labels_that_nobody_splits_over_are_not_reported():
    votes = votes_from([f"{i}" for i in range(20)] * 2, ["u"] * 20 + ["v"] * 20, ["van"] * 40)
    assert label_confusions(votes) == ()
    assert label_confusions(votes_from([], [], [])) == ()


def answers(*by_worker, image):
    return [BoxAnswer(object_id=image, worker_id=f"w{i}", boxes=boxes) for i, boxes in enumerate(by_worker)]


def test_one_object_under_two_labels_of_different_workers_is_reported():
    table = box_table(
        answers([VAN, PERSON], [TRUCK, PERSON], [VAN, PERSON], image="a")
        + answers([VAN], [TRUCK], image="b")
        + answers([PERSON], [PERSON], image="c")
    )
    (found,) = box_confusions(table)
    assert found.labels == ("truck", "van")
    assert (found.pairs, found.objects, found.by_one) == (3, ("a", "b"), ())


def test_one_object_under_two_labels_of_one_worker_is_told_apart():
    table = box_table(answers([VAN, TRUCK], image="a") + answers([VAN, TRUCK], image="b"))
    (found,) = box_confusions(table)
    assert (found.objects, found.by_one) == (("a", "b"), ("a", "b"))


def test_objects_side_by_side_are_not_confused():
    beside = TRUCK._replace(left=85)
    table = box_table(answers([VAN, beside], [VAN, beside], [VAN, beside], image="a"))
    assert box_confusions(table) == ()
    assert box_confusions(box_table([])) == ()
