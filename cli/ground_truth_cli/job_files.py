"""Where a command's input lies, on this machine or in S3: files, and jobs with their manifests and masks."""

from functools import cached_property
from pathlib import Path, PurePosixPath

from ground_truth.aws.s3 import Files
from ground_truth.contract.errors import InputError
from ground_truth.contract.job_paths import ANNOTATIONS, LABEL_FILES, OUTPUT_MANIFEST
from ground_truth.jobs.folder import LocalFolder, S3Folder, SourceFolder, manifest_of
from ground_truth_cli.local_files import read_bytes

_MASKS = f"{ANNOTATIONS}/{LABEL_FILES}"
_IN_JOB = PurePosixPath(OUTPUT_MANIFEST).parts[:-1]


def folder_at(source: str) -> SourceFolder:
    """The folder, wherever it is."""
    return S3Folder(Files(), source) if source.startswith("s3://") else LocalFolder(Path(source))


def read_file(file: str) -> bytes:
    """A file's content, wherever it is."""
    return Files().read(file) if file.startswith("s3://") else read_bytes(Path(file))


class LabelSource:
    """A job's folder, or an output manifest with or without its job around it."""

    def __init__(self, source: str) -> None:
        is_manifest = source.endswith((".manifest", ".jsonl")) or Path(source).is_file()
        self._source = source
        self._file = PurePosixPath(source).name if is_manifest else ""
        self._folder = folder_at(source).parent() if is_manifest else folder_at(source)

    @property
    def job_name(self) -> str:
        """What the job's folder is called."""
        return self._root.name

    def manifest(self) -> bytes:
        """The output manifest. Raises InputError if the job has none."""
        manifest = self._folder.read(self._file) if self._file else manifest_of(self._folder)
        if manifest is None:
            raise InputError(
                f"'source' should be a job's folder or an output manifest, got {self._source!r}: it has no "
                f"{OUTPUT_MANIFEST}; wait for the job, or merge its answers with 'consolidate'"
            )
        return manifest

    def read_mask(self, address: str) -> bytes:
        """A mask: of a job that was downloaded the file there, else the one at the address.

        Raises InputError for an address that is neither in S3 nor in the folder.
        """
        beside = self._masks.get(_portable(PurePosixPath(address).name))
        if beside:
            return self._root.read(beside)
        if address.startswith("s3://"):
            return read_file(address)
        if "://" in address or address.startswith("/") or ".." in PurePosixPath(address).parts:
            raise InputError(f"the address of a mask should be in S3 or beside the manifest, got {address!r}")
        return self._folder.read(address)

    @property
    def _root(self) -> SourceFolder:
        """The job's folder, of a manifest in its place in a job too."""
        above = self._folder.parent()
        return above.parent() if (above.name, self._folder.name) == _IN_JOB else self._folder

    @cached_property
    def _masks(self) -> dict[str, str]:
        return {_portable(PurePosixPath(name).name): name for name in self._root.list(_MASKS)}


def _portable(name: str) -> str:
    """A file's name, whatever a download made of its colons."""
    return name.replace(":", "-").replace("_", "-")
