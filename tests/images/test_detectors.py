"""Detection by Amazon Rekognition, against botocore's own model of it."""

import boto3
import pytest
from botocore.stub import ANY, Stubber

from ground_truth.contract.errors import InputError
from ground_truth.images import detectors
from ground_truth.images.limits import REDACTABLE
from ground_truth.images.prepare import Prepared, prepare_image
from ground_truth.images.stripped import DetectionFailed
from tests.images.samples import jpeg_bytes, picture

BOX = {"Left": 0.25, "Top": 0.5, "Width": 0.25, "Height": 0.25}


@pytest.fixture
def rekognition(monkeypatch):
    client = boto3.client("rekognition", region_name="eu-west-1")
    monkeypatch.setattr(detectors, "_client", lambda: client)
    with Stubber(client) as stub:
        yield stub


def test_the_names_are_those_that_can_be_asked_for() -> None:
    assert tuple(detectors.DETECTORS) == REDACTABLE
    assert detectors.detector_of(()) is None
    with pytest.raises(InputError, match="'redact' should be some of faces, plates, got noses"):
        detectors.detector_of(["noses"])


def test_faces_and_what_could_be_plates_are_found(rekognition: Stubber) -> None:
    def text(value: str, kind: str = "LINE") -> dict:
        return {"DetectedText": value, "Type": kind, "Geometry": {"BoundingBox": BOX}}

    rekognition.add_response(
        "detect_faces", {"FaceDetails": [{"BoundingBox": BOX}]}, {"Image": {"Bytes": ANY}, "Attributes": ["DEFAULT"]}
    )
    texts = [text("B-MW 1234"), text("BAKERY"), text("1234", "WORD"), text("Open daily from 9 to 17")]
    rekognition.add_response("detect_text", {"TextDetections": texts}, {"Image": {"Bytes": ANY}})
    result = prepare_image(
        jpeg_bytes(picture(400, 300)), name="a.jpg", detect=detectors.detector_of(["faces", "plates"])
    )
    assert isinstance(result, Prepared)
    assert result.redacted_regions == 2
    rekognition.assert_no_pending_responses()


def test_large_pictures_are_sent_small_enough(rekognition: Stubber, monkeypatch) -> None:
    monkeypatch.setattr(detectors, "_MOST_BYTES", 3_000)
    sent = detectors._small_jpeg(picture(600, 400))
    assert len(sent) < len(jpeg_bytes(picture(600, 400), quality=90))


def test_a_detector_that_cannot_be_reached_stops_the_run(rekognition: Stubber) -> None:
    rekognition.add_client_error("detect_faces", "AccessDeniedException")
    with pytest.raises(DetectionFailed, match="AccessDenied"):
        prepare_image(jpeg_bytes(), name="a.jpg", detect=detectors.detector_of(["faces"]))
