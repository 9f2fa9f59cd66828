"""A whole job over rendered street scenes, answered by the simulated crowd, as it lies in a folder."""

import json
from pathlib import Path
from typing import Any

from examples.street.crowd import CROWD, answer
from examples.street.scenes import render_scene

ATTRIBUTE = "street"


def street_job(root: Path, images: Path, scenes: int, workers: int = len(CROWD)) -> list[dict[str, Any]]:
    """Writes the job and its images; returns the manifest's lines, whose labels only tell the type."""
    images.mkdir(parents=True)
    lines = []
    for seed in range(scenes):
        scene = render_scene(seed)
        (images / f"{seed}.jpg").write_bytes(scene.jpeg)
        entries = [
            {
                "workerId": worker.worker_id,
                "answerContent": answer(worker, scene.objects, scene.size, str(seed)),
                "acceptanceTime": f"2026-11-23T10:{position:02}:15.191Z",
                "submissionTime": f"2026-11-23T10:{position + 1:02}:58.321Z",
                "timeSpentInSeconds": 8.5 if position == 4 else 40.5 + 10 * position + seed,
            }
            for position, worker in enumerate(CROWD[:workers])
        ]
        put(root, f"annotations/worker-response/iteration-1/{seed}/a.json", {"answers": entries})
        metadata = {"type": "groundtruth/object-detection", "job-name": f"labeling-job/{root.name.lower()}"}
        lines.append({"source-ref": f"s3://photos/street/{seed}.jpg", f"{ATTRIBUTE}-metadata": metadata})
    put_manifest(root, lines)
    return lines


def put(root: Path, name: str, content: Any) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def put_manifest(root: Path, lines: list[dict[str, Any]]) -> None:
    put(root, "manifests/output/output.manifest", "".join(json.dumps(line) + "\n" for line in lines))
