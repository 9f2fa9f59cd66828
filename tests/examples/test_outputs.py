"""The examples remove what an earlier run of theirs wrote, and nothing that a user gave."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator import Emulator, EmulatorFailed
from examples.street import demo
from examples.street.outputs import WRITTEN, PhotosInTheWay, make_room


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("content")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder as an earlier run left it."""
    out = tmp_path / "demo-output"
    for name in WRITTEN:
        put(out / name if Path(name).suffix else out / name / "deep" / "file")
    return out


@pytest.mark.parametrize("place", ["demo-output/mine", "demo-output/photos", "demo-output/label/mine", "elsewhere"])
def test_photos_stay_where_they_are_and_what_an_earlier_run_wrote_goes(tmp_path: Path, out: Path, place: str) -> None:
    photo, other = put(tmp_path / place / "sub" / "a.jpg"), put(out / "other" / "b.jpg")
    make_room(out, tmp_path / place)
    assert photo.is_file()
    assert other.is_file()
    assert not [name for name in WRITTEN if (out / name).exists()]


@pytest.mark.parametrize("place", [".", "demo-output", *(f"demo-output/{name}" for name in WRITTEN if "." not in name),
                                   "demo-output/report/deep"])  # fmt: skip
def test_photos_that_lie_where_the_example_writes_are_refused_and_nothing_is_removed(
    tmp_path: Path, out: Path, place: str
) -> None:
    photo = put(tmp_path / place / "a.jpg")
    with pytest.raises(PhotosInTheWay, match="move the photos"):
        make_room(out, tmp_path / place)
    assert photo.is_file()
    assert [name for name in WRITTEN if not (out / name).exists()] == []


def test_a_link_to_where_the_example_writes_is_seen_through(tmp_path: Path, out: Path) -> None:
    (tmp_path / "link").symlink_to(out / "results")
    with pytest.raises(PhotosInTheWay):
        make_room(out, tmp_path / "link")
    assert (out / "results" / "deep" / "file").is_file()


def test_what_a_link_leads_to_is_not_removed(tmp_path: Path) -> None:
    photo = put(tmp_path / "elsewhere" / "a.jpg")
    (tmp_path / "demo-output").mkdir()
    (tmp_path / "demo-output" / "results").symlink_to(photo.parent)
    make_room(tmp_path / "demo-output")
    assert photo.is_file()
    assert not (tmp_path / "demo-output" / "results").exists()


def test_photos_that_are_not_there_are_refused_before_anything_is_removed(tmp_path: Path, out: Path) -> None:
    with pytest.raises(NotADirectoryError, match="PHOTOS should be a folder"):
        make_room(out, tmp_path / "none")
    assert (out / "labeled.png").is_file()


@pytest.mark.parametrize("photos", [["--photos", "demo-output/mine"], ["--photos", "demo-output"], []])
def test_the_demo_leaves_photos_below_its_output_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: list[str]
) -> None:
    @contextmanager
    def no_emulator():
        raise EmulatorFailed("not in this test")
        yield

    monkeypatch.setattr(Emulator, "start", no_emulator)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["demo", *photos])
    monkeypatch.setattr(demo, "write_scenes", lambda folder, count: None)
    photo = put(Path("demo-output", "mine", "a.jpg"))
    assert demo.main() == 1
    assert photo.is_file()
