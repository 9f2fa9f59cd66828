import pytest

import pre_annotation
from ground_truth.contract.errors import InputError
from tests.handlers.conftest import Bucket

LABELS = {"document-version": "2018-11-28", "labels": [{"label": "forklift"}, {"label": "pallet"}]}


def event(**data_object) -> dict:
    """Contract section 5.1."""
    return {
        "version": "2018-10-16",
        "labelingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/yard",
        "dataObject": data_object,
    }


@pytest.fixture(autouse=True)
def function(bucket: Bucket, monkeypatch):
    monkeypatch.setenv("LABEL_CATEGORY_CONFIG_S3_URI", bucket.put("labels.json", LABELS))
    pre_annotation._labels.cache_clear()


def test_an_image_is_given_with_the_task_s_labels() -> None:
    response = pre_annotation.handler(event(**{"source-ref": "s3://images/a b.jpg", "camera": "north"}), None)
    assert response == {
        "taskInput": {
            "taskObject": "s3://images/a b.jpg",
            "labels": ["forklift", "pallet"],
            "manifestLine": {"source-ref": "s3://images/a b.jpg", "camera": "north"},
        },
        "isHumanAnnotationRequired": True,
    }


def test_text_is_given_as_it_is() -> None:
    assert pre_annotation.handler(event(source="Grüße"), None)["taskInput"]["taskObject"] == "Grüße"


def test_the_page_learns_where_pictures_lie(monkeypatch) -> None:
    monkeypatch.setenv("INSTRUCTION_MEDIA", "https://media.example")
    options = pre_annotation.handler(event(**{"source-ref": "s3://images/a.jpg"}), None)["taskInput"]
    assert options["instructionMedia"] == "https://media.example"


def test_labels_are_read_once(bucket: Bucket) -> None:
    pre_annotation.handler(event(source="a"), None)
    bucket.client.delete_object(Bucket="results", Key="labels.json")
    assert pre_annotation.handler(event(source="b"), None)["taskInput"]["labels"] == ["forklift", "pallet"]


def test_a_task_without_labels_gives_none(monkeypatch) -> None:
    monkeypatch.delenv("LABEL_CATEGORY_CONFIG_S3_URI")
    pre_annotation._labels.cache_clear()
    assert pre_annotation.handler(event(source="a"), None)["taskInput"]["labels"] == []


@pytest.mark.parametrize("line", [{}, {"camera": "north"}, {"source": "a", "source-ref": "s3://b/c"}])
def test_a_line_without_one_source_is_refused_by_job_and_keys(line: dict) -> None:
    with pytest.raises(
        InputError, match=r"labeling-job/yard: .*either 'source-ref' or 'source', this one has the keys"
    ):
        pre_annotation.handler(event(**line), None)


def test_an_event_without_a_data_object_is_refused_in_the_same_words() -> None:
    with pytest.raises(InputError, match="either 'source-ref' or 'source'"):
        pre_annotation.handler({"version": "2018-10-16"}, None)


def test_an_input_that_no_page_can_be_given_is_refused() -> None:
    with pytest.raises(InputError, match="at most 128000 are allowed"):
        pre_annotation.handler(event(source="x" * 64_000), None)


@pytest.mark.parametrize("character", ["x", "é", "駅", "😀"])
def test_the_length_of_an_input_does_not_depend_on_the_script(character: str) -> None:
    text = character * 20_000
    assert pre_annotation.handler(event(source=text), None)["taskInput"]["taskObject"] == text
    with pytest.raises(InputError, match="has 128[0-9]{3} characters"):
        pre_annotation.handler(event(source=character * 64_000), None)
