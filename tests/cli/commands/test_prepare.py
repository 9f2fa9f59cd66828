"""The command, folder to folder."""

import csv
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ground_truth_cli.main import main
from tests.images.exiftool import telling
from tests.images.samples import MARKER, jpeg_bytes, loaded_jpeg, loaded_png, picture

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def own_configuration(tmp_path_factory, monkeypatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    source = tmp_path / "photos"
    (source / "holiday, 2026").mkdir(parents=True)
    (source / "IMG_20260102_030405.jpg").write_bytes(loaded_jpeg())
    (source / "copy.jpg").write_bytes(loaded_jpeg())
    (source / "turned.JPG").write_bytes(loaded_jpeg(picture(80, 40), orientation=6))
    (source / "holiday, 2026" / "söme\nname.png").write_bytes(loaded_png())
    (source / "empty.jpg").touch()
    (source / "notes.txt").write_text("hello")
    (source / "cut.jpg").write_bytes(loaded_jpeg()[:1500])
    return source


def prepare(*arguments: object, ok: bool = True) -> Result:
    result = CliRunner().invoke(main, ["prepare", *map(str, arguments)])
    assert (result.exit_code == 0) is ok, result.output
    return result


def summary(*arguments: object) -> dict:
    return json.loads(prepare(*arguments, "--json").stdout)


def manifest(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "input.manifest").read_text().splitlines()]


def table(path: Path) -> dict[str, str]:
    with path.open(newline="") as file:
        return dict(list(csv.reader(file))[1:])


def test_a_folder_is_prepared_listed_mapped_and_what_is_left_out_is_told(photos: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    counts = summary(photos, to)
    assert {name: counts[name] for name in ("files", "prepared", "images", "duplicates", "rejected", "uprighted")} == {
        "files": 7, "prepared": 4, "images": 3, "duplicates": 1, "rejected": 3, "uprighted": 1,
    }  # fmt: skip
    images = sorted(f"images/{path.name}" for path in (to / "images").iterdir())
    assert [line["source-ref"] for line in manifest(to)] == images
    mapping = table(to / "mapping.csv")
    assert mapping["IMG_20260102_030405.jpg"] == mapping["copy.jpg"]
    assert set(mapping.values()) == set(images)
    assert set(mapping) >= {"holiday, 2026/söme\nname.png", "turned.JPG"}
    rejected = table(to / "rejected.csv")
    assert rejected.keys() == {"empty.jpg", "notes.txt", "cut.jpg"}
    assert rejected["empty.jpg"] == "empty: the file has no bytes"


def test_nothing_of_the_originals_is_left_in_what_is_shown(photos: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    prepare(photos, to)
    for path in (to / "images").iterdir():
        assert telling(path) == {}
        assert MARKER not in path.read_bytes()
        assert "IMG" not in path.name
    assert "IMG" not in (to / "input.manifest").read_text()


def test_what_tells_old_names_is_for_the_owner_only(photos: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    prepare(photos, to)
    for name in ("mapping.csv", "rejected.csv", ".prepare.sqlite"):
        assert stat.S_IMODE((to / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(os.environ["XDG_CONFIG_HOME"], "ground-truth", "prepare.key").stat().st_mode) == 0o600


def test_the_same_key_gives_the_same_names_and_another_key_others(photos: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    prepare(photos, tmp_path / "one")
    prepare(photos, tmp_path / "two")
    prepare(photos, tmp_path / "three", "--key-file", key)
    first, second, third = ({line["source-ref"] for line in manifest(tmp_path / n)} for n in ("one", "two", "three"))
    assert first == second
    assert not first & third


def test_a_short_or_missing_key_is_refused(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc")
    assert (
        "at least 16 bytes, got 3" in prepare(photos, tmp_path / "o", "--key-file", tmp_path / "key", ok=False).output
    )
    assert "No such file" in prepare(photos, tmp_path / "o", "--key-file", tmp_path / "none", ok=False).output


def test_the_manifest_names_the_pictures_where_they_will_lie(photos: Path, tmp_path: Path) -> None:
    prepare(photos, tmp_path / "out", "--uri", "s3://bucket/some/prefix/")
    assert all(line["source-ref"].startswith("s3://bucket/some/prefix/images/") for line in manifest(tmp_path / "out"))


def test_a_second_run_has_nothing_to_do_and_says_the_same(photos: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    first = summary(photos, to)
    before = {path: path.stat().st_mtime_ns for path in (to / "images").iterdir()}
    second = summary(photos, to)
    assert second["done_before"] == 7
    assert {k: v for k, v in second.items() if k not in ("seconds", "done_before")} == {
        k: v for k, v in first.items() if k not in ("seconds", "done_before")
    }
    assert before == {path: path.stat().st_mtime_ns for path in (to / "images").iterdir()}


def test_new_changed_removed_and_lost_files_are_seen(photos: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    prepare(photos, to)
    mapping = table(to / "mapping.csv")
    (photos / "turned.JPG").unlink()
    (photos / "new.jpg").write_bytes(jpeg_bytes(picture(60, 60)))
    (photos / "notes.txt").unlink()
    lost = to / mapping["copy.jpg"]
    lost.unlink()
    counts = summary(photos, to)
    assert (counts["files"], counts["images"], counts["removed"]) == (6, 3, 1)
    assert lost.is_file()
    assert not (to / mapping["turned.JPG"]).exists(), "a picture that is listed no more should not lie about"
    assert len(manifest(to)) == len(list((to / "images").iterdir())) == 3


def test_other_settings_prepare_anew_and_leave_no_old_picture(photos: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    prepare(photos, to)
    counts = summary(photos, to, "--downscale", "--max-pixels", 1000)
    assert counts["done_before"] == 0
    assert counts["downscaled"] == 4
    assert len(list((to / "images").iterdir())) == counts["images"]


def test_a_destination_of_another_source_is_refused(photos: Path, tmp_path: Path) -> None:
    prepare(photos, tmp_path / "out")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.jpg").write_bytes(jpeg_bytes())
    assert "filled from" in prepare(tmp_path / "more", tmp_path / "out", ok=False).output
    assert len(manifest(tmp_path / "out")) == 3


def test_a_dry_run_writes_nothing(photos: Path, tmp_path: Path) -> None:
    counts = summary(photos, tmp_path / "out", "--dry-run")
    assert (counts["images"], counts["rejected"], counts["dry_run"]) == (3, 3, True)
    assert not (tmp_path / "out").exists()
    assert not Path(os.environ["XDG_CONFIG_HOME"], "ground-truth").exists()


def test_a_destination_inside_the_source_is_not_a_source(photos: Path) -> None:
    prepare(photos, photos / "out")
    assert summary(photos, photos / "out")["files"] == 7


def test_a_prepared_folder_is_taken_over_with_its_lines(photos: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    prepare(photos, first)
    lines = [line | {"camera": "north"} for line in manifest(first)]
    (first / "input.manifest").write_text("".join(json.dumps(line) + "\n" for line in lines))
    prepare(first, second, "--uri", "s3://bucket/set")
    assert manifest(second) == [line | {"source-ref": f"s3://bucket/set/{line['source-ref']}"} for line in lines]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "out"], "'source' should be a folder or s3://bucket/prefix, got 'nowhere'"),
        (["{photos}", "{photos}"], "'destination' should be another place than 'source'"),
        (["{photos}", "ftp://x"], "a place should be a folder or s3://bucket/prefix, got 'ftp://x'"),
        (["{photos}", "out", "--uri", "bucket/x"], "'uri' should be like s3://bucket/prefix"),
        (["{photos}", "s3://b/x", "--uri", "s3://b/x"], "'uri' should be like s3://bucket/prefix"),
        (["{photos}", "out", "--max-pixels", "0"], "'max_pixels' should be between 1 and 100,000,000"),
        (["{empty}", "out"], "'source' should hold files"),
    ],
)
def test_mistakes_are_told_in_a_sentence(photos, tmp_path, monkeypatch, arguments: list[str], message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    items = [argument.format(photos=photos, empty=tmp_path / "empty") for argument in arguments]
    output = prepare(*items, ok=False).output
    assert message in output
    assert "Traceback" not in output


def test_on_a_terminal_rate_and_time_left_are_shown_and_elsewhere_nothing(photos: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    leader, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 120))
    subprocess.run([*COMMAND, photos, tmp_path / "one"], env=environment, stderr=terminal, check=True)
    os.close(terminal)
    shown = os.read(leader, 10_000).decode()
    os.close(leader)
    assert re.search(r"7/7 \[\d\d:\d\d<\d\d:\d\d, +[\d.]+ ?file/s", shown), shown
    quiet = subprocess.run([*COMMAND, photos, tmp_path / "two"], env=environment, capture_output=True, check=True)
    assert quiet.stderr == b""


COMMAND = [sys.executable, "-c", "from ground_truth_cli.main import main; main()", "prepare"]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_stopped_at_any_point_it_goes_on_from_there(tmp_path: Path, blow: signal.Signals) -> None:
    source, to = tmp_path / "many", tmp_path / "out"
    source.mkdir()
    for number in range(400):
        (source / f"{number}.jpg").write_bytes(loaded_jpeg(picture(900, 600 + number % 300), orientation=6))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    # On a busy machine too it has to be seen at work before it is done; and what a shell starts in the background
    # ignores an interruption, unless told not to.
    modestly = ["env", "--default-signal=INT", "nice", "-n", "19", *COMMAND, str(source), str(to), "--jobs", "2"]
    for pictures in (20, 80):
        process = subprocess.Popen(modestly, env=environment, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list(to.glob("images/*.jpg"))) < pictures:
            time.sleep(0.005)
        workers = children(process.pid)
        process.send_signal(blow)
        assert process.wait(120) != 0
        assert not (to / "input.manifest").exists()
        assert workers
        deadline = time.monotonic() + 120
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            assert time.monotonic() < deadline, "its processes should end with it"
            time.sleep(0.1)
    counts = summary(source, to)
    lines = manifest(to)
    assert counts["files"] == 400
    assert len(lines) == len({line["source-ref"] for line in lines}) == counts["images"] == 300
    assert sorted(line["source-ref"] for line in lines) == sorted(f"images/{p.name}" for p in (to / "images").iterdir())


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()
