"""Where the Lambda code and the page lie: in the wheel beside this package, in a checkout two folders up."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def lambdas_folder() -> Path:
    """Finds the folder with the handlers and the library ``ground_truth``.

    Raises FileNotFoundError if the installation is incomplete.
    """
    # An editable install may leave a stale copy in site-packages; the path of this file tells which is live.
    for folder in (_HERE / "lambdas", _HERE.parents[1] / "lambdas"):
        if (folder / "post_annotation.py").is_file():
            return folder
    raise FileNotFoundError(f"no Lambda code beside {_HERE}: install the package 'cdk-ground-truth' again")


def page_folder() -> Path:
    """Finds the folder with the workers' page.

    Raises FileNotFoundError if the installation is incomplete.
    """
    for folder in (_HERE.parent / "ground_truth_cli" / "portal", _HERE.parents[1] / "portal"):
        if (folder / "headers.json").is_file():
            return folder
    raise FileNotFoundError(f"no workers' page beside {_HERE}: install the package 'cdk-ground-truth' again")
