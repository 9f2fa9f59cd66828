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
    (result,) = label_confusions(votes_from(objects, workers, answers))
    assert result.labels == ("truck", "van")
    assert result.pairs == 24
    assert result.objects == ("00", "01", "02", "03", "04", "05")
    assert "'truck' and 'van' are being confused" in str(result)


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
    (result,) = box_confusions(table)
    assert result.labels == ("truck", "van")
    assert (result.pairs, result.objects, result.by_one) == (3, ("a", "b"), ())


def test_one_object_under_two_labels_of_one_worker_is_told_apart():
    table = box_table(answers([VAN, TRUCK], image="a") + answers([VAN, TRUCK], image="b"))
    (result,) = box_confusions(table)
    assert (result.objects, result.by_one) == (("a", "b"), ("a", "b"))


def test_objects_side_by_side_are_not_confused():
    beside = TRUCK._replace(left=85)
    table = box_table(answers([VAN, beside], [VAN, beside], [VAN, beside], image="a"))
    assert box_confusions(table) == ()
    assert box_confusions(box_table([])) == ()


def two_labels(split: int, same: int):
    """Votes of two workers: so many objects on which they split over two labels, and so many on which they agree."""
    labels = [("van", "truck")] * split + [("van", "van")] * same
    rows = [
        (f"{index:03d}", worker, label)
        for index, pair in enumerate(labels)
        for worker, label in zip("uv", pair, strict=True)
    ]
    return votes_from(*([row[column] for row in rows] for column in range(3)), labels=["van", "truck"])


def test_ten_pairs_and_a_share_of_15_percent_are_reported():
    (result,) = label_confusions(two_labels(15, 85))
    assert (result.pairs, result.share) == (15, 0.15)
    assert label_confusions(two_labels(14, 86)) == ()
    assert label_confusions(two_labels(10, 0))[0].pairs == 10
    assert label_confusions(two_labels(9, 0)) == ()
    assert label_confusions(two_labels(14, 86), least_share=0.14)[0].share == 0.14
    (alone,) = label_confusions(two_labels(1, 0), least_pairs=0)
    assert (alone.pairs, alone.share) == (1, 1.0)
    assert label_confusions(two_labels(0, 5), least_pairs=0, least_share=0.0) == ()


def test_pairs_are_counted_per_object_and_the_most_split_come_first():
    rows = [("a", w, "van" if w in "uv" else "truck") for w in "uvwx"]
    rows += [("b", w, "van" if w == "u" else "truck") for w in "uvw"]
    rows += [("c", w, "person") for w in "uvw"] + [("d", w, "van") for w in "uvw"]
    votes = votes_from(*([row[column] for row in rows] for column in range(3)))
    (result,) = label_confusions(votes, least_pairs=1)
    # a: 2 x 2 pairs split and one each the same; b: 1 x 2 split and one the same; d: three the same.
    assert (result.pairs, result.share) == (6, 6 / (6 + 2 + 1 + 3))
    assert result.objects == ("a", "b")
    assert result.by_one == ()


def test_the_most_confused_labels_come_first_and_equals_by_name():
    rows = [
        (f"{pair}{index}", w, label)
        for pair in ("xy", "pq", "mn")
        for index in range(4)
        for w, label in zip("uv", pair, strict=True)
    ]
    rows += [(f"m{index}", w, "m") for index in range(2) for w in "uv"]
    votes = votes_from(*([row[column] for row in rows] for column in range(3)))
    result = label_confusions(votes, least_pairs=1)
    assert [confusion.labels for confusion in result] == [("p", "q"), ("x", "y"), ("m", "n")]
    assert [confusion.share for confusion in result] == [1.0, 1.0, 4 / 6]


def test_boxes_are_of_one_thing_from_half_an_overlap_on():
    half = VAN._replace(label="truck", height=20)
    less = VAN._replace(label="truck", height=19.9)
    assert box_confusions(box_table(answers([VAN], [half], image="a")), least_pairs=1)[0].pairs == 1
    assert box_confusions(box_table(answers([VAN], [less], image="a")), least_pairs=1) == ()


def test_two_pairs_of_boxes_and_a_share_of_a_tenth_are_reported():
    def table(split: int, same: int):
        pairs = [([VAN], [TRUCK])] * split + [([VAN], [VAN])] * same
        return box_table([a for index, pair in enumerate(pairs) for a in answers(*pair, image=f"{index:03d}")])

    assert box_confusions(table(1, 0)) == ()
    assert box_confusions(table(2, 18))[0].share == 0.1
    assert box_confusions(table(2, 19)) == ()
    assert box_confusions(table(2, 0))[0].share == 1.0
    (alone,) = box_confusions(table(1, 0), least_pairs=0)
    assert (alone.pairs, alone.share) == (1, 1.0)
    assert box_confusions(table(0, 3), least_pairs=0, least_share=0.0) == ()


def test_a_worker_s_own_boxes_under_one_label_are_no_agreement():
    close = VAN._replace(left=14)
    table = box_table(answers([VAN, close], [TRUCK], image="a"))
    (result,) = box_confusions(table, least_pairs=1)
    assert (result.pairs, result.share) == (2, 1.0)


def test_images_with_more_pairs_come_first_and_equals_in_order():
    table = box_table(
        answers([VAN], [TRUCK], image="a")
        + answers([VAN], [TRUCK], [TRUCK], image="b")
        + answers([VAN, TRUCK], image="c")
        + answers([VAN], [TRUCK], image="d")
    )
    (result,) = box_confusions(table)
    assert result.objects == ("b", "a", "c", "d")
    assert result.by_one == ("c",)
    # b: one pair of trucks beside its two split ones.
    assert (result.pairs, result.share) == (5, 5 / 6)


def test_a_confusion_of_three_labels_is_three_confusions_of_two():
    third = VAN._replace(label="bus", left=11)
    table = box_table(answers([VAN], [TRUCK], [third], image="a") + answers([VAN], [TRUCK], [third], image="b"))
    result = box_confusions(table)
    assert [confusion.labels for confusion in result] == [("bus", "truck"), ("bus", "van"), ("truck", "van")]
    assert [confusion.pairs for confusion in result] == [2, 2, 2]
