"""How long `python app.py` takes, as a ratio to an app with one empty stack.

Run: .venv/bin/python benchmarks/synth.py [--runs 5] [--json]
Both are run in turns in the same minutes; the medians are compared. At most 3 is wanted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
EMPTY = "import aws_cdk as cdk\napp = cdk.App()\ncdk.Stack(app, 'Empty')\napp.synth()\n"


def seconds(command: list[str], out: Path) -> float:
    """The time of one run."""
    node = Path(sys.executable).with_name("node")
    environment = os.environ | {"CDK_OUTDIR": str(out), "JSII_NODE": str(node)}
    started = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, empty = Path(folder, "ours"), Path(folder, "empty")
        # The first synth fetches and copies the layer; those after it are what a developer waits for.
        seconds([sys.executable, "app.py"], ours)
        times = [
            (seconds([sys.executable, "app.py"], ours), seconds([sys.executable, "-c", EMPTY], empty))
            for _ in range(arguments.runs)
        ]
    app, nothing = (statistics.median(column) for column in zip(*times, strict=True))
    result = {"app_seconds": round(app, 2), "empty_stack_seconds": round(nothing, 2), "ratio": round(app / nothing, 2)}
    print(
        json.dumps(result)
        if arguments.json
        else f"app.py {app:.2f} s, empty stack {nothing:.2f} s: {app / nothing:.2f} times"
    )


if __name__ == "__main__":
    main()
