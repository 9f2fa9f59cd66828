"""Where the files of the worker's page lie: in the wheel beside this package, in a checkout two folders up."""

from pathlib import Path

from ground_truth.contract.errors import StateError

_HERE = Path(__file__).resolve().parents[1]


def portal_folder() -> Path:
    """Finds the folder with the elements and the pages.

    Raises FileNotFoundError if the installation is incomplete.
    """
    # An editable install may leave a stale copy in site-packages; the path of this file tells which is live.
    for folder in (_HERE / "portal", _HERE.parents[1] / "portal"):
        if (folder / "crowd" / "index.js").is_file():
            return folder
    raise StateError(f"no worker's page beside {_HERE}: install the package 'cdk-ground-truth' again")
