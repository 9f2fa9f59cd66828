"""How fast and how small `ground-truth prepare` is, beside `cp -r`, exiftool and Pillow on the same files.

Run: .venv/bin/python benchmarks/prepare.py [--files 200] [--runs 5] [--many 10000] [--json]
Wanted: at most 2 times `cp -r`, no slower than `exiftool -all=`, turned pictures no slower than Pillow, under 200 MB.
Planning is the account's last step, which lists the pictures and writes the manifest: it costs the same for any count.
Every command is a process of its own, its start included, with warm files and compiled modules as after an
installation; they take turns, and the medians are compared, and the least times, which a busy machine disturbs less.
"""

import argparse
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast
from unittest import mock

from PIL import Image

from ground_truth.aws.composition import UploadProgress, compose

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REPOSITORY = Path(__file__).resolve().parents[1]
EXIFTOOL = REPOSITORY / "node_modules" / "exiftool-vendored.pl" / "bin" / "exiftool"
sys.path.insert(0, str(REPOSITORY / "lambdas"))
PREPARE = [sys.executable, "-c", "from ground_truth_cli.main import main; main()", "prepare", "--json"]
COMPILED = tempfile.TemporaryDirectory()
PILLOW = """
import sys
from pathlib import Path
from PIL import Image, ImageOps
for path in Path(sys.argv[1]).iterdir():
    with Image.open(path) as image:
        tables = image.quantization
        ImageOps.exif_transpose(image).save(Path(sys.argv[2], path.name), qtables=tables, subsampling="4:2:0")
"""


def photo(seed: int, orientation: int = 1) -> bytes:
    """A JPEG file of about 5 MB with EXIF data."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, f"camera {seed}"
    target = io.BytesIO()
    Image.effect_noise((3000, 2200), 60 + seed % 8).convert("RGB").save(target, "JPEG", quality=91, exif=exif)
    return target.getvalue()


def fill(folder: Path, count: int) -> None:
    """Different files: one noise picture each eight, and different entries of its quantization table."""
    folder.mkdir()
    pictures = [photo(seed) for seed in range(8)]
    for number in range(count):
        content = bytearray(pictures[number % 8])
        at = content.find(b"\xff\xdb") + 5
        content[at + 60 : at + 62] = (number // 8 % 200 + 20, number // 1600 % 200 + 20)
        (folder / f"IMG_{number:05}.jpg").write_bytes(content)


def seconds(command: list[str]) -> float:
    """The time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment())
    return time.perf_counter() - started


def environment() -> dict[str, str]:
    """The project of this checkout, whatever is installed; its modules are compiled once, as an installation's are."""
    sources = [str(REPOSITORY / folder) for folder in (".", "lambdas", "cli")]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return variables | {"PYTHONPATH": os.pathsep.join(sources), "PYTHONPYCACHEPREFIX": COMPILED.name}


def in_turns(commands: dict[str, Callable[[Path], list[str]]], runs: int, root: Path) -> dict[str, list[float]]:
    """The times of each command; all write to the same disk, which is settled in between. The first turn warms up."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            to = root / "to"
            to.mkdir()
            os.sync()
            duration = seconds(command(to))
            times[name] += [duration] if turn else []
            shutil.rmtree(to)
    return times


def ratios(times: dict[str, list[float]], name: str, other: str) -> dict[str, float]:
    """How much longer one command takes than another."""
    return {
        f"{name}_to_{other}": statistics.median(times[name]) / statistics.median(times[other]),
        f"{name}_to_{other}_least": min(times[name]) / min(times[other]),
    }


def peak_megabytes(command: list[str]) -> tuple[float, float]:
    """The peak of memory of a process and its children, shared pages counted once, and its time."""
    peak = 0
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    watching = threading.Event()
    while process.poll() is None:
        peak = max(peak, sum(map(proportional_kilobytes, family(process.pid))))
        watching.wait(0.1)
    if process.returncode:
        raise SystemExit(f"the run failed with status {process.returncode}")
    return peak / 1024, time.perf_counter() - started


def family(process: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *map(int, children)]


def proportional_kilobytes(process: int) -> int:
    """The memory of a process, with its share of what it shares."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


class Listing:
    """As much of an S3 client as planning uses, with any number of objects and none of them in memory."""

    def __init__(self, count: int) -> None:
        self._count = count

    def get_paginator(self, _: str) -> "Listing":
        """The client is its own paginator."""
        return self

    def paginate(self, **_: object) -> Iterator[dict[str, object]]:
        """Pages as S3 makes them."""
        when = datetime.now(UTC)
        for start in range(0, self._count, 1_000):
            keys = (f"images/set/{number:032x}.jpg" for number in range(start, min(start + 1_000, self._count)))
            yield {"Contents": [{"Key": key, "LastModified": when, "Size": 1, "ETag": "x"} for key in keys]}

    def create_multipart_upload(self, **_: object) -> dict[str, str]:
        """Begins an upload to nowhere."""
        return {"UploadId": "upload"}

    def upload_part(self, **_: object) -> dict[str, str]:
        """Forgets a part."""
        return {"ETag": "etag"}

    def complete_multipart_upload(self, **_: object) -> None:
        """Ends an upload to nowhere."""

    def put_object(self, **_: object) -> None:
        """Forgets an object."""


def planning_megabytes(objects: int) -> float:
    """The most memory that listing a dataset and writing its manifest takes in the account."""
    import assemble_dataset

    started = datetime.now(UTC).isoformat()
    with mock.patch.object(assemble_dataset, "_s3", lambda: Listing(objects)):
        tracemalloc.start()
        progress = compose(
            cast("S3Client", Listing(objects)),
            bucket="training",
            key="input.manifest",
            content_type="application/jsonlines",
            pieces=assemble_dataset._lines("training", "images/set/", started),
            progress=UploadProgress(),
            has_time=lambda: True,
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    if progress.pieces != objects:
        raise SystemExit(f"{progress.pieces} lines for {objects} objects")
    return peak / 1024**2


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        key = root / "key"
        key.write_text("0123456789abcdef0123456789abcdef")
        upright, turned, many = root / "upright", root / "turned", root / "many"
        prepare = [*PREPARE, "--key-file", str(key)]
        fill(upright, arguments.files)
        plain = in_turns(
            {
                "cp": lambda to: ["cp", "-r", str(upright), str(to)],
                "prepare": lambda to: [*prepare, str(upright), str(to)],
                "exiftool": lambda to: ["perl", str(EXIFTOOL), "-q", "-all=", "-o", f"{to}/", str(upright)],
            },
            arguments.runs,
            root,
        )
        results |= {f"{name}_seconds": statistics.median(each) for name, each in plain.items()}
        results |= ratios(plain, "prepare", "cp") | ratios(plain, "prepare", "exiftool")
        turned.mkdir()
        for number in range(8):
            (turned / f"{number}.jpg").write_bytes(photo(number, 2 + number % 7))
        flagged = in_turns(
            {
                "pillow": lambda to: [sys.executable, "-c", PILLOW, str(turned), str(to)],
                "prepare": lambda to: [*prepare, str(turned), str(to)],
                "prepare_one_process": lambda to: [*prepare, "--jobs", "1", str(turned), str(to)],
            },
            arguments.runs,
            root,
        )
        results |= {f"turned_{name}_seconds": statistics.median(each) for name, each in flagged.items()}
        results |= ratios(flagged, "prepare", "pillow")
        many.mkdir()
        originals = sorted(upright.iterdir())
        for number in range(arguments.many):
            (many / f"{number}.jpg").hardlink_to(originals[number % len(originals)])
        results["peak_megabytes"], results["many_seconds"] = peak_megabytes([*prepare, str(many), str(root / "out")])
    for objects in (10_000, 100_000, 1_000_000):
        results[f"planning_{objects}_megabytes"] = planning_megabytes(objects)
    if arguments.json:
        print(json.dumps(results, indent=2))
    else:
        for name, each in results.items():
            print(f"{name:28} {each:8.2f}")


if __name__ == "__main__":
    main()
