"""Labels street scenes on this machine: deploys to the emulator and runs the commands that run a job on AWS.

Run with `make demo`, or `make demo PHOTOS=folder` for photos of your own. The workers are simulated, but they sign in
and work through the deployed worker API as people do.
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from tqdm import tqdm

from emulator import Emulator, EmulatorFailed
from examples.street.crowd import CROWD
from examples.street.deploy import Deployment, DeploymentFailed, deploy
from examples.street.labeling import (
    SCENES,
    CommandFailed,
    Labeled,
    fetch,
    prepare_and_start,
    run_command,
    summarize,
    wait_until_ended,
)
from examples.street.outputs import SCENES_FOLDER, PhotosInTheWay, make_room
from examples.street.photos import write_scenes
from examples.street.portal_workers import WorkRefused, invite, label_all

OUTPUT = Path("demo-output")
JOB = "street-demo"


def main() -> int:
    """Runs the demo and returns the exit status."""
    parser = argparse.ArgumentParser(description="Labels street scenes on this machine.")
    parser.add_argument("--photos", type=Path, help="a folder of your own photos instead of rendered scenes")
    folder: Path | None = parser.parse_args().photos
    folder = folder.expanduser() if folder else None
    # A polite kill ends the emulator as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        make_room(OUTPUT, folder)
        source = folder or OUTPUT / SCENES_FOLDER
        if not folder:
            write_scenes(source, SCENES)
        print("Starting the emulated AWS ...")
        with Emulator.start() as emulator:
            print("Deploying the stack with the CDK command line (bootstrap, synth, deploy) ...")
            labeled = run(deploy(emulator), source, OUTPUT)
        summarize(labeled, OUTPUT, f"{len(CROWD)} simulated workers each")
        if folder:
            print("Nobody looked at your photos: the workers are simulated and their boxes invented.")
    except KeyboardInterrupt:
        print("\nStopped; the emulator is gone too.", file=sys.stderr)
        return 130
    except (EmulatorFailed, DeploymentFailed, CommandFailed, WorkRefused, PhotosInTheWay, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"Took {time.monotonic() - started:.0f} seconds; the emulator is stopped.")
    return 0


def run(deployment: Deployment, source: Path, out: Path, job: str = JOB) -> Labeled:
    """Has the photos of a folder labeled by simulated workers, and the report written to ``out``."""
    photos = prepare_and_start(deployment, source, out, job)
    workers = invite(deployment)
    with tqdm(total=len(photos) * len(workers), desc="Answers of the simulated workers", unit="", disable=None) as bar:
        label_all(workers, job, photos.values(), bar.update)
    wait_until_ended(deployment, job)
    run_command(deployment, "status", job, "--env", "local")
    return fetch(deployment, photos, out, job)


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
