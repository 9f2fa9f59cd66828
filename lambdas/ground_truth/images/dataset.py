"""Where the files of a dataset lie while and after they are prepared in the account, and what they are called."""

import hashlib
import hmac
from dataclasses import asdict, dataclass

from ground_truth.images.stripped import FileParts

# In the raw bucket: what people upload, what batches leave for the assembly, and what became of which file.
UPLOADS, BATCH_PARTS, MAPPINGS = "uploads", "parts", "mappings"
# In the training bucket.
IMAGES, DATASETS = "images", "datasets"
COMPLETE = "_COMPLETE"
# 128 bits: no two pictures of any dataset meet by chance.
_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What a tool needs to start and follow a preparation."""

    state_machine: str
    raw_bucket: str
    training_bucket: str

    def as_json(self) -> dict[str, str]:
        """The parameter's content."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class DatasetKeys:
    """The keys of one dataset and of one run over it."""

    name: str
    run: str = ""

    @property
    def uploads(self) -> str:
        """Where people put the originals."""
        return f"{UPLOADS}/{self.name}/"

    @property
    def marker(self) -> str:
        """The object that says that all originals are there."""
        return f"{self.uploads}{COMPLETE}"

    @property
    def images(self) -> str:
        """Where the prepared pictures lie."""
        return f"{IMAGES}/{self.name}/"

    @property
    def manifest(self) -> str:
        """The input manifest."""
        return f"{DATASETS}/{self.name}/input.manifest"

    @property
    def rejected(self) -> str:
        """The table of files left out."""
        return f"{DATASETS}/{self.name}/rejected.csv"

    @property
    def mapping(self) -> str:
        """The table of old and new names, in the raw bucket."""
        return f"{MAPPINGS}/{self.name}/mapping.csv"

    def parts(self, table: str) -> str:
        """Where a run's batches leave their lines of a table."""
        return f"{BATCH_PARTS}/{self.name}/{self.run}/{table}/"


def image_name(key: bytes, content: FileParts, ending: str) -> str:
    """The name of a prepared picture: a keyed hash of its content.

    The same picture gets the same name on every run with the same key, also where only the metadata of the
    originals differed; without the key nobody can tell whether a picture they have is in the dataset.
    """
    code = hmac.new(key, digestmod=hashlib.sha256)
    for piece in content:
        code.update(piece)
    return f"{code.hexdigest()[:_DIGITS]}.{ending}"
