"""What each task type makes of its workers' answers: label, metadata, doubts and workers, number by number."""

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError
from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox
from ground_truth.consolidation.boxes import consolidate_boxes
from ground_truth.consolidation.by_type import consolidator, multi_label_classification
from ground_truth.consolidation.by_type.outcome import Consolidated, Consolidation
from ground_truth.consolidation.mask_png import read_worker_mask
from ground_truth.contract.task_types import TASK_TYPES
from ground_truth.manifests import records

BIRDS = ["heron", "egret", "ibis"]


def merged(
    task_type: str, objects: Mapping[str, Mapping[str, Any]], labels=BIRDS, history=None, files=None
) -> Consolidation:
    """Consolidates objects, each given as the answers of its workers by worker; ``files`` takes the masks."""
    entries = [
        (
            name,
            AnnotatedObject(
                dataset_object_id=name,
                answers=tuple(Answer(worker_id=worker, content=content) for worker, content in answers.items()),
            ),
        )
        for name, answers in objects.items()
    ]
    written = {} if files is None else files

    def write(name: str, png: bytes) -> str:
        written[name] = png
        return f"{name}.png"

    return consolidator(task_type)(entries, labels, history=history or {}, write_file=write)


def choice(label: str | None, comment: str | None = None) -> dict[str, Any]:
    return {"form": {"label": label} | ({"workerComment": comment} if comment else {})}


def choices(labels: str) -> dict[str, Any]:
    return {
        worker: choice({"h": "heron", "e": "egret", "i": "ibis", "-": ""}[label])
        for worker, label in zip("uvwxyz", labels, strict=False)
    }


def test_a_class_has_its_confidence_its_alternatives_and_their_margin() -> None:
    label = merged("image-classification", {"7": choices("eeh")}).labeled["7"]
    assert (label.label, label.names) == (1, ("egret",))
    assert label.confidences == (label.details["confidence"],)
    assert label.details["class-name"] == "egret"
    shares = label.details["alternatives"]
    assert list(shares)[:2] == ["egret", "heron"]
    assert label.details["confidence"] == shares["egret"] == round(shares["egret"], 2)
    assert label.details["margin"] == pytest.approx(shares["egret"] - shares["heron"], abs=0.011)
    assert label.ambiguous == ""
    assert "worker-feedback" not in label.details


def test_one_worker_leaves_no_alternatives() -> None:
    label = merged("image-classification", {"7": choices("e")}).labeled["7"]
    assert label.details == {"class-name": "egret", "confidence": 0.0}
    assert len(merged("image-classification", {"7": choices("ee")}).labeled["7"].details) == 4


@pytest.mark.parametrize("codes", ["eeh", "eehi", "eeeh", "eehhi", "eeehi"])
def test_shares_have_two_decimals(codes) -> None:
    details = merged("image-classification", {"7": choices(codes)}).labeled["7"].details
    for share in (details["confidence"], details["margin"], *details["alternatives"].values()):
        assert share == round(share, 2)


def test_a_tie_is_ambiguous_and_says_between_what() -> None:
    label = merged("image-classification", {"7": choices("eh")}).labeled["7"]
    shares = label.details["alternatives"]
    assert label.label == 0
    assert label.ambiguous == f"'heron' ({shares['heron']:.0%}) or 'egret' ({shares['egret']:.0%})"


def test_a_label_that_most_workers_do_not_say_is_to_be_looked_at() -> None:
    history = {"u": {name: {name: 200.0} for name in BIRDS}, "v": {name: {name: 200.0} for name in BIRDS}}
    history |= {w: {name: dict.fromkeys(BIRDS, 50.0) for name in BIRDS} for w in "wxy"}
    label = merged("image-classification", {"7": choices("hheee")}, history=history).labeled["7"]
    assert label.names == ("heron",)
    assert label.ambiguous == "'heron', though most workers say 'egret'"


def test_an_object_without_any_choice_fails_and_an_empty_choice_is_no_vote() -> None:
    consolidation = merged("image-classification", {"7": choices("--"), "8": choices("-he")})
    assert str(consolidation.failed["7"]) == "no worker chose a label"
    # Two who chose and one who did not: of those two the label that comes first.
    assert consolidation.labeled["8"].label == 0
    assert [worker.worker_id for worker in consolidation.workers()] == ["u", "v", "w"]
    assert [worker.answers for worker in consolidation.workers()] == [0, 1, 1]


def test_an_unknown_label_fails_its_object_alone() -> None:
    consolidation = merged("image-classification", {"7": {"u": choice("crow")}, "8": choices("e")})
    assert str(consolidation.failed["7"]) == f"worker u answered with the unknown label 'crow'; the task has {BIRDS}"
    assert list(consolidation.labeled) == ["8"]


def test_comments_come_with_the_verdict() -> None:
    answers = {"u": choice("heron", " beside it "), "v": choice("heron"), "w": choice("heron", "too small")}
    label = merged("bounding-box-verification", {"7": answers}).labeled["7"]
    assert label.details["worker-feedback"] == [{"comment": "beside it"}, {"comment": "too small"}]


def crowd(objects: int) -> dict[str, dict[str, Any]]:
    """Five workers who agree, and z, who says the next class each time."""
    codes = "hei"
    return {f"{index:03d}": choices(codes[index % 3] * 5 + codes[(index + 1) % 3]) for index in range(objects)}


def test_workers_have_skill_agreement_and_the_reason_why_they_stand_out() -> None:
    consolidation = merged("image-classification", crowd(30))
    good, bad = (next(w for w in consolidation.workers() if w.worker_id == name) for name in "uz")
    assert (good.answers, bad.answers) == (30, 30)
    assert good.skill is not None
    assert bad.skill is not None
    assert good.low < good.skill < good.high
    assert bad.low < bad.skill < bad.high < good.low
    assert (good.agreement, bad.agreement) == (pytest.approx(4 / 5), 0.0)
    assert good.outlier == ""
    assert bad.outlier.startswith(f"right in {bad.skill:.2f} of cases in 30 answers")
    pairs = {confusion.labels for confusion in consolidation.confusions()}
    assert pairs == {("heron", "egret"), ("egret", "ibis"), ("heron", "ibis")}
    assert set(consolidation.counts) == set("uvwxyz")


def labels_chosen(*workers: str) -> dict[str, Any]:
    names = {"h": "heron", "e": "egret", "i": "ibis"}
    return {
        worker: {"form": {"labels": [names[code] for code in codes]}}
        for worker, codes in zip("uvwxyz", workers, strict=False)
    }


def test_every_chosen_label_has_its_confidence() -> None:
    label = merged("multi-label-classification", {"7": labels_chosen("he", "h", "hi")}).labeled["7"]
    assert label.label == [0, 1, 2]
    assert label.details["class-map"] == {"0": "heron", "1": "egret", "2": "ibis"}
    confidence = label.details["confidence-map"]
    assert label.confidences == tuple(confidence.values())
    assert all(value == round(value, 2) for value in confidence.values())
    assert confidence["0"] > 0.6
    assert label.names == ("heron",)


def test_labels_about_as_likely_as_not_are_ambiguous() -> None:
    label = merged("multi-label-classification", {"7": labels_chosen("he", "h")}).labeled["7"]
    doubt = label.details["confidence-map"]["1"]
    assert 0.4 < doubt < 0.6
    assert label.ambiguous == f"'egret' ({doubt:.0%})"
    assert merged("multi-label-classification", {"7": labels_chosen("he")}).labeled["7"].ambiguous == ""
    assert merged("multi-label-classification", {"7": labels_chosen("h", "h")}).labeled["7"].ambiguous == ""


@pytest.mark.parametrize(("bound", "other"), [("_LIKELY", "_UNLIKELY"), ("_UNLIKELY", "_LIKELY")])
def test_a_label_at_the_bounds_of_doubt_is_in_none(monkeypatch, bound, other) -> None:
    objects = {"7": labels_chosen("he", "h")}
    doubt = merged("multi-label-classification", objects).labeled["7"].details["confidence-map"]["1"]
    monkeypatch.setattr(multi_label_classification, bound, doubt)
    monkeypatch.setattr(multi_label_classification, other, {"_LIKELY": 0.9, "_UNLIKELY": 0.1}[other])
    assert merged("multi-label-classification", objects).labeled["7"].ambiguous == ""


def test_the_agreement_of_label_sets_is_their_mean_overlap() -> None:
    objects = {"7": labels_chosen("he", "h", ""), "8": labels_chosen("", ""), "9": labels_chosen("i")}
    workers = {worker.worker_id: worker for worker in merged("multi-label-classification", objects).workers()}
    assert {name: worker.answers for name, worker in workers.items()} == {"u": 3, "v": 2, "w": 1}
    assert workers["u"].agreement == pytest.approx((0.5 + 0 + 1) / 3)
    assert workers["v"].agreement == pytest.approx((0.5 + 0 + 1) / 3)
    assert workers["w"].agreement == 0.0
    assert workers["u"].low < workers["u"].skill < workers["u"].high


def test_labels_that_are_chosen_in_each_other_s_place_are_confused() -> None:
    objects = {f"{index:02d}": labels_chosen("he", "hi") for index in range(12)}
    (confusion,) = merged("multi-label-classification", objects).confusions()
    assert (confusion.labels, confusion.pairs, len(confusion.objects)) == (("egret", "ibis"), 12, 12)
    same = {f"{index:02d}": labels_chosen("h", "h") for index in range(12)}
    assert merged("multi-label-classification", same).confusions() == ()


def test_who_decides_against_all_others_stands_out_by_the_chance_of_two() -> None:
    objects = {f"{index:02d}": labels_chosen("h", "h", "h", "h", "ei") for index in range(20)}
    workers = {worker.worker_id: worker for worker in merged("multi-label-classification", objects).workers()}
    assert [name for name, worker in workers.items() if worker.outlier] == ["y"]
    assert "chance is 0.50" in workers["y"].outlier


def boxes(*rows: tuple[str, float, float, float, float], changed: bool | None = None) -> dict[str, Any]:
    keys = ("label", "left", "top", "width", "height")
    form: dict[str, Any] = {
        "boundingBoxes": [dict(zip(keys, row, strict=True)) for row in rows],
        "inputImageProperties": {"width": 400, "height": 300},
    }
    return {"form": form | ({} if changed is None else {"initialValueModified": changed})}


HERON = ("heron", 10.4, 20.4, 100.2, 50.2)


def test_boxes_come_in_whole_pixels_with_the_size_of_the_image() -> None:
    label = merged("bounding-box", {"7": {worker: boxes(HERON) for worker in "uvw"}}).labeled["7"]
    assert label.label == {
        "image_size": [{"width": 400, "height": 300, "depth": 3}],
        "annotations": [{"class_id": 0, "left": 10, "top": 20, "width": 101, "height": 51}],
    }
    assert label.details == {"objects": [{"confidence": 1.0}], "class-map": {"0": "heron"}}
    assert (label.names, label.confidences, label.ambiguous) == (("heron",), (1.0,), "")


def test_a_box_is_at_least_a_pixel_and_neighbours_still_touch() -> None:
    thin = ("egret", 10.0, 20.0, 0.2, 0.2)
    left, right = ("heron", 0.0, 0.0, 50.5, 20.0), ("ibis", 50.5, 0.0, 49.7, 20.0)
    annotations = merged("bounding-box", {"7": {"u": boxes(thin, left, right)}}).labeled["7"].label["annotations"]
    by_class = {box["class_id"]: box for box in annotations}
    assert (by_class[1]["width"], by_class[1]["height"]) == (1, 1)
    assert by_class[0]["left"] + by_class[0]["width"] == by_class[2]["left"]
    assert by_class[2]["left"] + by_class[2]["width"] == 100


def test_a_box_whose_class_is_split_has_alternatives_and_is_to_be_looked_at() -> None:
    other = ("egret", *HERON[1:])
    label = merged("bounding-box", {"7": {"u": boxes(HERON), "v": boxes(other)}}).labeled["7"]
    (entry,) = label.details["objects"]
    assert list(entry) == ["confidence", "alternatives", "margin"]
    shares = entry["alternatives"]
    assert label.ambiguous == f"box at 10, 20: 'heron' ({shares['heron']:.0%}) or 'egret' ({shares['egret']:.0%})"
    sure = merged("bounding-box", {"7": {worker: boxes(HERON) for worker in "uv"}}, labels=BIRDS).labeled["7"]
    assert sure.details["objects"] == [{"confidence": 1.0}]
    alone = merged("bounding-box", {"7": {"u": boxes(HERON)}}).labeled["7"]
    assert (alone.details["objects"], alone.ambiguous) == ([{"confidence": 0.0}], "")


def test_a_task_with_a_single_label_has_no_alternatives() -> None:
    label = merged("bounding-box", {"7": {worker: boxes(HERON) for worker in "uv"}}, labels=["heron"]).labeled["7"]
    assert label.details["objects"] == [{"confidence": 1.0}]


def test_an_alternative_as_likely_as_the_least_that_is_told_is_told(monkeypatch) -> None:
    other = ("egret", *HERON[1:])
    objects = {"7": {"u": boxes(HERON), "v": boxes(HERON), "w": boxes(other)}}
    answers = [
        BoxAnswer(object_id="7", worker_id=worker, boxes=[DrawnBox(*row)], image_width=400, image_height=300)
        for worker, row in (("u", HERON), ("v", HERON), ("w", other))
    ]
    second = consolidate_boxes(answers, labels=BIRDS).boxes["7"][0].alternatives[1][1]
    for least, is_told in ((second, True), (np.nextafter(second, 1), False)):
        monkeypatch.setattr(records, "LEAST_ALTERNATIVE", least)
        (entry,) = merged("bounding-box", objects).labeled["7"].details["objects"]
        assert ("alternatives" in entry) is is_told


@pytest.mark.parametrize(("changes", "status"), [((False, True), "adjusted"), ((False, None), "unadjusted")])
def test_adjusted_boxes_say_whether_somebody_changed_them(changes, status) -> None:
    answers = {worker: boxes(HERON, changed=changed) for worker, changed in zip("uv", changes, strict=True)}
    assert merged("bounding-box-adjustment", {"7": answers}).labeled["7"].details["adjustment-status"] == status
    assert "adjustment-status" not in merged("bounding-box", {"7": answers}).labeled["7"].details


@pytest.mark.parametrize("broken", [("heron", "wide", 1, 2, 3), ("heron", None, 1, 2, 3), ("heron", 1, 2, 3, "inf")])
def test_a_broken_box_fails_its_object_alone(broken) -> None:
    consolidation = merged("bounding-box", {"7": {"u": boxes(broken)}, "8": {"u": boxes(HERON)}})
    assert "worker u" in str(consolidation.failed["7"])
    assert list(consolidation.labeled) == ["8"]


def test_workers_of_boxes_have_skill_and_agreement() -> None:
    beside = ("heron", 300.0, 200.0, 50.0, 50.0)
    objects = {f"{index:02d}": {worker: boxes(HERON) for worker in "uvw"} | {"z": boxes(beside)} for index in range(12)}
    workers = {worker.worker_id: worker for worker in merged("bounding-box", objects).workers()}
    assert {worker.answers for worker in workers.values()} == {12}
    assert [workers[name].agreement for name in "uz"] == [1.0, 0.0]
    assert workers["u"].skill > workers["z"].skill
    assert [name for name, worker in workers.items() if worker.outlier] == ["z"]
    (alone,) = merged("bounding-box", {"7": {"u": boxes(HERON)}}).workers()
    assert alone.agreement is None


def test_the_agreement_of_boxes_is_the_f1_with_the_others() -> None:
    second, third = ("heron", 200.0, 20.0, 50.0, 50.0), ("heron", 300.0, 220.0, 50.0, 50.0)
    answers = {"u": boxes(HERON, second), "v": boxes(HERON, second), "w": boxes(HERON, third)}
    workers = {worker.worker_id: worker for worker in merged("bounding-box", {"7": answers}).workers()}
    # w found one of two, and drew one that nobody else did.
    assert workers["w"].agreement == pytest.approx(2 * 1 / (2 * 1 + 1 + 1))
    assert workers["u"].agreement == 1.0


def test_confused_labels_of_boxes_are_told() -> None:
    other = ("egret", *HERON[1:])
    objects = {name: {"u": boxes(HERON), "v": boxes(other)} for name in "789"}
    (confusion,) = merged("bounding-box", objects).confusions()
    assert (confusion.labels, confusion.pairs) == (("heron", "egret"), 3)


def test_what_a_batch_taught_about_boxes_and_labels_counts_in_the_next() -> None:
    counts = merged("bounding-box", {"7": {worker: boxes(HERON) for worker in "uvw"}}).counts
    assert set(counts) == {"boxes", "labels"}
    history = {
        "boxes": {},
        "labels": {"u": {name: {name: 90.0} for name in BIRDS}}
        | {worker: {"heron": {"egret": 50.0}, "egret": {"heron": 50.0}} for worker in "vw"},
    }
    other = ("egret", *HERON[1:])
    answers = {"u": boxes(HERON), "v": boxes(other), "w": boxes(other)}
    assert merged("bounding-box", {"7": answers}).labeled["7"].names == ("egret",)
    assert merged("bounding-box", {"7": answers}, history=history).labeled["7"].names == ("heron",)


def mask(rows: list[str], colors: Mapping[str, str] | None = None, changed: bool | None = None) -> dict[str, Any]:
    """An answer with the mask drawn in letters: h and e for the labels, a point for nothing."""
    colors = colors or {"heron": "#112233", "egret": "#445566"}
    codes = {"h": colors["heron"], "e": colors.get("egret", "#445566"), ".": "#ffffff"}
    pixels = np.array([[list(bytes.fromhex(codes[code][1:])) for code in row] for row in rows], np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    form: dict[str, Any] = {
        "labelMappings": {label: {"color": color} for label, color in colors.items()},
        "labeledImage": {"pngImageData": base64.b64encode(stream.getvalue()).decode()},
    }
    return {"form": form | ({} if changed is None else {"initialValueModified": changed})}


FULL = ["hhhheeee"] * 8


def test_a_mask_is_written_with_the_worker_s_colours_and_its_classes_are_named() -> None:
    files: dict[str, bytes] = {}
    consolidation = merged("semantic-segmentation", {"7": {worker: mask(FULL) for worker in "uvw"}}, files=files)
    label = consolidation.labeled["7"]
    assert label.label == "7.png"
    colors = label.details["internal-color-map"]
    assert {index: (entry["class-name"], entry["hex-color"]) for index, entry in colors.items()} == {
        "0": ("BACKGROUND", "#ffffff"),
        "1": ("heron", "#112233"),
        "2": ("egret", "#445566"),
    }
    assert label.names == ("heron", "egret")
    assert colors["1"]["confidence"] == round(label.confidences[0], 5)
    drawn = read_worker_mask(files["7"], {"heron": "#112233", "egret": "#445566"}, BIRDS)
    assert drawn.tolist() == [[1] * 4 + [2] * 4] * 8


def test_the_colour_of_the_first_worker_by_name_wins() -> None:
    other = {"heron": "#aaaaaa", "egret": "#bbbbbb"}
    answers = {"v": mask(FULL, other), "u": mask(FULL)}
    details = merged("semantic-segmentation", {"7": answers}).labeled["7"].details
    assert details["internal-color-map"]["1"]["hex-color"] == "#112233"


def test_a_tenth_of_pixels_without_a_winner_is_to_be_looked_at() -> None:
    half = ["hhhhhhhh"] * 8
    label = merged("semantic-segmentation", {"7": {"u": mask(FULL), "v": mask(half), "w": mask(FULL)}}).labeled["7"]
    assert label.ambiguous.endswith("of the pixels hardly have a winner")
    entry = merged("semantic-segmentation", {"7": {"u": mask(half), "v": mask(half)}}).labeled["7"]
    assert entry.ambiguous == ""


@pytest.mark.parametrize(("changes", "status"), [((False, True), "adjusted"), ((False, None), "unadjusted")])
def test_adjusted_masks_say_whether_somebody_changed_them(changes, status) -> None:
    answers = {worker: mask(FULL, changed=changed) for worker, changed in zip("uv", changes, strict=True)}
    adjusted = merged("semantic-segmentation-adjustment", {"7": answers}).labeled["7"]
    assert adjusted.details["adjustment-status"] == status
    assert "adjustment-status" not in merged("semantic-segmentation", {"7": answers}).labeled["7"].details


def test_masks_of_which_most_are_not_of_one_size_fail_their_object() -> None:
    answers = {"u": mask(FULL), "v": mask(FULL[:4])}
    consolidation = merged("semantic-segmentation", {"7": answers, "8": answers | {"w": mask(FULL)}})
    assert str(consolidation.failed["7"]) == "the masks differ in size: [(4, 8), (8, 8)] (height, width)"
    assert list(consolidation.labeled) == ["8"]


def test_workers_of_masks_are_judged_by_their_overlaps() -> None:
    wrong = ["eeeehhhh"] * 8
    objects = {f"{index:02d}": {worker: mask(FULL) for worker in "uvw"} | {"z": mask(wrong)} for index in range(10)}
    workers = {worker.worker_id: worker for worker in merged("semantic-segmentation", objects).workers()}
    assert list(workers) == ["u", "v", "w", "z"]
    assert {worker.answers for worker in workers.values()} == {10}
    assert (workers["u"].skill, workers["z"].skill) == (1.0, 0.0)
    assert workers["u"].agreement == pytest.approx(2 / 3)
    assert workers["z"].agreement == 0.0
    assert workers["z"].outlier == "mean overlap 0.00, the others' limit is 0.91"
    assert workers["u"].outlier == ""
    few = dict(list(objects.items())[:9])
    assert not any(worker.outlier for worker in merged("semantic-segmentation", few).workers())
    (alone,) = merged("semantic-segmentation", {"7": {"u": mask(FULL)}}).workers()
    assert alone.agreement is None


def test_custom_answers_stand_side_by_side_sorted_by_worker() -> None:
    label = merged("custom", {"7": {"v": {"a": 1}, "u": {"b": 2}}}).labeled["7"]
    assert label.label == {
        "annotationsFromAllWorkers": [
            {"workerId": "u", "annotationData": {"content": {"b": 2}}},
            {"workerId": "v", "annotationData": {"content": {"a": 1}}},
        ]
    }


def test_types_that_learn_are_those_whose_consolidation_keeps_counts() -> None:
    learning = {key for key, task_type in TASK_TYPES.items() if task_type.learns_from_batches}
    assert learning.isdisjoint({"semantic-segmentation", "semantic-segmentation-adjustment", "custom"})
    assert {"image-classification", "multi-label-classification", "bounding-box", "bounding-box-adjustment"} <= learning


def test_what_could_not_be_read_before_stays_failed() -> None:
    error = ObjectError("the entry has no datasetObjectId")
    consolidation = consolidator("custom")([("at position 0", error)], [], history={}, write_file=lambda *_: "")
    assert consolidation.outcomes == {"at position 0": error}
    assert not isinstance(consolidation.outcomes["at position 0"], Consolidated)
