"""Small copies of images: what is shown, what is refused, and where nothing is read."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from ground_truth.reporting.thumbnails import Thumbnails


def test_a_bucket_that_refuses_is_asked_once() -> None:
    items = []

    class Client:
        def get_object(self, **position: str) -> Any:
            items.append(position)
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")

    made = Thumbnails(client=Client())
    for number in range(3):
        result = made.make(f"s3://closed/{number}.jpg", (400, 300))
        assert "S3 refuses it (AccessDenied)" in result.missing
        assert (result.width, result.height, result.image) == (640, 480, "")
    assert len(items) == 1


@pytest.mark.parametrize("address", ["https://example.org/a.jpg", "file:///etc/passwd", "/etc/passwd", "", "s3://"])
def test_an_address_outside_s3_is_not_followed(address: str) -> None:
    assert Thumbnails(client=None).make(address, (4, 3)).missing == "its address is not in S3"


def test_an_address_does_not_lead_out_of_the_folder_of_images(tmp_path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / "secret.jpg")
    made = Thumbnails(client=None, folder=str(tmp_path / "images"))
    for address in ("s3://b/../secret.jpg", f"s3://b/{tmp_path}/secret.jpg", "s3://b/..\\secret.jpg", "s3://b/a\0.jpg"):
        assert made.make(address, (40, 30)).image == ""


def test_images_of_one_name_are_told_apart_by_their_folders(tmp_path) -> None:
    for name, color in (("june", "red"), ("july", "blue")):
        (tmp_path / name).mkdir()
        Image.new("RGB", (40, 30), color).save(tmp_path / name / "1.jpg")
    made = Thumbnails(client=None, folder=str(tmp_path))
    pictures = [made.make(f"s3://b/photos/{name}/1.jpg", (40, 30)).image for name in ("june", "july")]
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "it cannot be decoded"),
        (b"\xff\xd8\xff\xe0 broken", "it cannot be decoded"),
        ("wide", "the picture found has another shape than the labeled one"),
    ],
)
def test_what_is_not_the_labeled_picture_is_not_shown(tmp_path, content, reason: str) -> None:
    path = tmp_path / "a.jpg"
    if isinstance(content, str):
        Image.new("RGB", (400, 30)).save(path)
    else:
        path.write_bytes(content)
    assert Thumbnails(client=None, folder=str(tmp_path)).make("s3://b/a.jpg", (40, 30)).missing == reason


def test_a_decompression_bomb_is_not_decoded(tmp_path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "a.png")
    made = Thumbnails(client=None, folder=str(tmp_path)).make("s3://b/a.png", (20_000, 20_000))
    assert made.missing in ("it has too many pixels", "it cannot be decoded")


def test_a_photo_is_shown_as_its_worker_saw_it(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 300)).save(tmp_path / "a.jpg", exif=exif)
    made = Thumbnails(client=None, folder=str(tmp_path)).make("s3://b/a.jpg", (300, 400))
    assert (made.width, made.height, made.missing) == (480, 640, "")


@pytest.mark.parametrize("size", [(10**9, 1), (1, 10**9)])
def test_a_canvas_of_whatever_size_is_small(size: tuple[int, int]) -> None:
    made = Thumbnails(client=None).make("", size)
    assert min(made.width, made.height) >= 80 and max(made.width, made.height) == 640
