"""Measures consolidation against truth, rivals and floors; prints a table or JSON.

Reads the folder given by --data: classification/*/{label,truth}.csv, aws_birds/*.csv,
pedestrians_boxes.json and bubil_masks.npz. crowd-kit is a rival where it can be imported.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

# The environment that has crowd-kit need not have this project.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lambdas"))

from benchmarks.against_rivals.boxes import box_rows
from benchmarks.against_rivals.classes import classification_rows
from benchmarks.against_rivals.masks import mask_rows
from benchmarks.against_rivals.speed import speed_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the crowd data")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--labels", type=int, default=1_000_000, help="labels of the speed test")
    arguments = parser.parse_args()
    measured = [
        *classification_rows(arguments.data),
        *box_rows(arguments.data),
        *mask_rows(arguments.data),
        *speed_rows(arguments.labels),
    ]
    if arguments.json:
        results = [asdict(row) | {"pass": row.meets(row.floor), "aim_met": row.meets(row.aim)} for row in measured]
        print(json.dumps(results, indent=1))
        return
    print(f"{'measure':<58}{'floor':>8}{'aim':>8}{'ours':>9}{'rival':>9}  verdict")
    for row in measured:
        rival = "-" if row.rival is None else f"{row.rival:.4f}"
        ours = "-" if row.ours is None else f"{row.ours:.4f}"
        verdict = "aim" if row.meets(row.aim) else "floor" if row.meets(row.floor) else "FAIL"
        verdict = "-" if row.ours is None else verdict
        print(f"{row.measure:<58}{row.floor:>8.4g}{row.aim:>8.4g}{ours:>9}{rival:>9}  {verdict:<6}{row.rival_name}")


if __name__ == "__main__":
    main()
