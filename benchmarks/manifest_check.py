"""How long the manifest check takes, as a ratio to `json.loads` over the same lines, and its memory.

Run: .venv/bin/python benchmarks/manifest_check.py [--lines 1000000] [--labeled] [--json]
Both read the same file in turns, in the same minutes; medians are compared. At most 5 times and 150 MB
resident are wanted. The memory is that of a process of its own, which runs `ground-truth manifest check`.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ground_truth.contract.task_types import BOUNDING_BOX
from ground_truth.manifests.check import check_manifest

COMMAND = """
import resource, sys
from ground_truth_cli.main import main
try:
    main(["manifest", "check", sys.argv[1]])
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)
"""
LABEL = {
    "boxes": {
        "image_size": [{"width": 1280, "height": 720, "depth": 3}],
        "annotations": [{"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}],
    },
    "boxes-metadata": {
        "objects": [{"confidence": 0.8}],
        "class-map": {"1": "pallet"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-11-23T10:02:14.527256",
        "job-name": "labeling-job/boxes",
    },
}


def write(path: Path, lines: int, label: dict[str, object]) -> None:
    """Writes a manifest of an ordinary job."""
    with path.open("w") as file:
        for number in range(lines):
            address = f"s3://acme-media-sagemaker/yard/2026-11/{number:07}.jpg"
            file.write(json.dumps({"source-ref": address, "camera": "north-gate"} | label) + "\n")


def seconds(run: Callable[[Path], object], path: Path) -> float:
    """The time of one run."""
    started = time.perf_counter()
    run(path)
    return time.perf_counter() - started


def load(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


def check(path: Path) -> None:
    with path.open("rb") as file:
        findings = list(check_manifest(file, task_type=BOUNDING_BOX, label_attribute="street"))
    assert len(findings) == 1, findings


def resident_megabytes(path: Path) -> float:
    """The highest resident memory of the command."""
    run = subprocess.run([sys.executable, "-c", COMMAND, str(path)], capture_output=True, text=True, check=True)
    return float(run.stderr.split()[-1])


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--labeled", action="store_true", help="lines with the label of an earlier job")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "input.manifest")
        write(path, arguments.lines, LABEL if arguments.labeled else {})
        times = [(seconds(check, path), seconds(load, path)) for _ in range(arguments.runs)]
        memory = resident_megabytes(path)
    checked, loaded = (statistics.median(column) for column in zip(*times, strict=True))
    result = {
        "lines": arguments.lines,
        "check_seconds": round(checked, 2),
        "json_loads_seconds": round(loaded, 2),
        "ratio": round(checked / loaded, 2),
        "resident_megabytes": round(memory),
    }
    print(
        json.dumps(result)
        if arguments.json
        else f"{arguments.lines:,} lines: check {checked:.2f} s, json.loads {loaded:.2f} s: "
        f"{checked / loaded:.2f} times; {memory:.0f} MB resident"
    )


if __name__ == "__main__":
    main()
