"""The detectors that can be asked for by name; another is added by a function and a line in the table."""

import functools
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from PIL import Image

from ground_truth.contract.errors import InputError
from ground_truth.images.limits import FACES, PLATES
from ground_truth.images.redact import Detector, PictureRegion

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import BoundingBoxTypeDef

# Rekognition takes 5 MB a call; faces of this share of the picture are found all the same.
_LONGEST_SIDE = 4_096
_MOST_BYTES = 5_000_000
# What could be a plate: two to ten letters and digits with at least one digit.
_PLATE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 .·:-]{0,8}[A-Z0-9]", re.IGNORECASE)

Find = Callable[["RekognitionClient", bytes], Iterable["BoundingBoxTypeDef"]]


def detector_of(kinds: Sequence[str]) -> Detector | None:
    """The detector of these kinds of things; None where there are none.

    Raises InputError for a kind that nobody detects.
    """
    unknown = sorted(set(kinds) - set(DETECTORS))
    if unknown:
        raise InputError(f"'redact' should be some of {', '.join(DETECTORS)}, got {', '.join(unknown)}")
    chosen = [DETECTORS[kind] for kind in kinds]

    def detect(image: Image.Image) -> list[PictureRegion]:
        content = _small_jpeg(image)
        return [_box(region) for find in chosen for region in find(_client(), content)]

    return detect if chosen else None


def find_faces(client: "RekognitionClient", content: bytes) -> "Iterable[BoundingBoxTypeDef]":
    """Boxes of faces by Amazon Rekognition: the hundred largest, and not those turned away or very small."""
    response = client.detect_faces(Image={"Bytes": content}, Attributes=["DEFAULT"])
    return [face["BoundingBox"] for face in response["FaceDetails"]]


def find_plates(client: "RekognitionClient", content: bytes) -> "Iterable[BoundingBoxTypeDef]":
    """Boxes of lines of text that could be licence plates, by Amazon Rekognition: more than plates, and not all."""
    response = client.detect_text(Image={"Bytes": content})
    return [
        text["Geometry"]["BoundingBox"]
        for text in response["TextDetections"]
        if text["Type"] == "LINE" and _PLATE.fullmatch(text["DetectedText"])
    ]


DETECTORS: dict[str, Find] = {FACES: find_faces, PLATES: find_plates}


def _small_jpeg(image: Image.Image) -> bytes:
    small = image.convert("RGB")
    small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    for quality in (90, 75, 50):
        target = io.BytesIO()
        small.save(target, "JPEG", quality=quality)
        if target.tell() <= _MOST_BYTES:
            break
    return target.getvalue()


def _box(region: "BoundingBoxTypeDef") -> PictureRegion:
    return PictureRegion(left=region["Left"], top=region["Top"], width=region["Width"], height=region["Height"])


@functools.cache
def _client() -> "RekognitionClient":
    """One client a process; only who asks for detection needs boto3."""
    import boto3
    from botocore.config import Config

    return boto3.client("rekognition", config=Config(retries={"mode": "adaptive", "max_attempts": 10}))
