"""The table of what can be wrong with a manifest; the reader and the checker refer to it."""

from dataclasses import KW_ONLY, dataclass

from ground_truth.contract.findings import Check, Level
from ground_truth.contract.limits import MANIFEST_ATTRIBUTE_CHARACTERS, MANIFEST_LINE_CHARACTERS


@dataclass(frozen=True)
class Fault(Check):
    """A check of manifests with how bad its findings are and what to do about them."""

    _: KW_ONLY
    fix: str
    level: Level = Level.PROBLEM


ENCODING = Fault(
    "manifest.encoding",
    "Every line is UTF-8.",
    "The service reads nothing else; a name with an accent from another encoding stops the job.",
    fix="save the file as UTF-8",
)
BYTE_ORDER_MARK = Fault(
    "manifest.byte-order-mark",
    "The file does not begin with a byte order mark.",
    "Editors on Windows add one; it makes the first line unreadable.",
    fix="save the file as UTF-8 without BOM",
)
BLANK_LINE = Fault(
    "manifest.blank-line",
    "No line between two objects is blank.",
    "A blank line is an object that cannot be read.",
    fix="remove the line",
)
BLANK_END = Fault(
    "manifest.blank-end",
    "The file does not end with blank lines.",
    "They are harmless to this library, and not described for the service.",
    fix="remove the blank lines at the end",
    level=Level.WARNING,
)
JSON = Fault(
    "manifest.json",
    "Every line is one complete JSON value.",
    "Lines put together by hand break at quotes and backslashes in file names.",
    fix="write each line with json.dumps, one object a line, without commas between the lines",
)
OBJECT = Fault(
    "manifest.object",
    "Every line is a JSON object.",
    "A list or a text has no place for the address and the labels.",
    fix='write lines like {"source-ref": "s3://bucket/key"}',
)
REPEATED_KEY = Fault(
    "manifest.repeated-key",
    "No object has a key twice.",
    "Readers keep one of the values, and not all the same one.",
    fix="keep one of the keys",
)
LINE_LENGTH = Fault(
    "manifest.line-length",
    f"No line is longer than {MANIFEST_LINE_CHARACTERS:,} characters.",
    "The service refuses longer objects.",
    fix="move large values to files of their own and refer to them",
)
ATTRIBUTE_LENGTH = Fault(
    "manifest.attribute-length",
    f"No value is longer than {MANIFEST_ATTRIBUTE_CHARACTERS:,} characters.",
    "The service refuses longer attributes.",
    fix="move the value to a file of its own, or split the text",
)
DOLLAR_KEY = Fault(
    "manifest.dollar-key",
    "No key begins with $.",
    "Such names are the service's own; output of streaming jobs has them.",
    fix="rename or remove the key",
)
SOURCE = Fault(
    "manifest.source",
    "Every object has one of the keys source-ref and source.",
    "Without one there is nothing to label, with both it is not described which counts.",
    fix="give each line a source-ref (a file on S3) or a source (a text)",
)
MEDIA_KEY = Fault(
    "manifest.media-key",
    "The key suits what the task type labels: source-ref for images, source for texts.",
    "The worker page looks for the other key and stays empty.",
    fix="rename the key, or choose the task type that fits the data",
)
ADDRESS = Fault(
    "manifest.address",
    "Every source-ref is like s3://bucket/key, every source a text.",
    "Objects elsewhere cannot be read; each one fails, and may be billed.",
    fix="put the file on S3 and give its address, unescaped",
)
WEB_ADDRESS = Fault(
    "manifest.web-address",
    "Every source-ref has the s3:// form.",
    "The https:// form of S3 addresses is documented for manifests and templates, not for objects.",
    fix="write s3://bucket/key",
    level=Level.WARNING,
)
FILE_ENDING = Fault(
    "manifest.file-ending",
    "Every file has an ending that the task type takes.",
    "Other formats do not show on the worker page.",
    fix="convert the files, or choose another task type",
)
LABELED = Fault(
    "manifest.labeled",
    "No object carries the label that the job is to make.",
    "It counts as labeled already and is skipped.",
    fix="choose another label attribute name to have it labeled again",
    level=Level.WARNING,
)
OVERWRITTEN = Fault(
    "manifest.overwritten",
    "No key is one that the job itself writes.",
    "The job's result replaces the value.",
    fix="rename the key, or choose another label attribute name",
    level=Level.WARNING,
)
REPEATED_OBJECT = Fault(
    "manifest.repeated-object",
    "No object is in the manifest twice.",
    "It is labeled and paid twice.",
    fix="remove the repeated line",
    level=Level.WARNING,
)
UNREVIEWABLE = Fault(
    "manifest.unreviewable",
    "For a verification or adjustment, every object carries the label to review.",
    "Objects without it fail one by one, and may be billed.",
    fix="take the output manifest of the earlier job and keep its labeled lines",
)
FAILED = Fault(
    "manifest.failed",
    "For a verification or adjustment, no object failed in the earlier job.",
    "A failed object has no label to review, and may be billed.",
    fix="remove lines with a failure-reason, or have them labeled first",
)
COLORS = Fault(
    "manifest.colors",
    "For a review of masks, the metadata names the colour of every class.",
    "Without hex-color the job fails at its start.",
    fix="take the output manifest of the earlier job as it is",
)
OBJECTS = Fault(
    "manifest.objects",
    "There are objects, and no more than one job of the type takes.",
    "A longer manifest is refused; the limit can be raised for every type but segmentation.",
    fix="split the manifest, or ask for a higher quota",
)

CHECKS: tuple[Check, ...] = (
    ENCODING,
    BYTE_ORDER_MARK,
    BLANK_LINE,
    BLANK_END,
    JSON,
    OBJECT,
    REPEATED_KEY,
    LINE_LENGTH,
    ATTRIBUTE_LENGTH,
    DOLLAR_KEY,
    SOURCE,
    MEDIA_KEY,
    ADDRESS,
    WEB_ADDRESS,
    FILE_ENDING,
    LABELED,
    OVERWRITTEN,
    REPEATED_OBJECT,
    UNREVIEWABLE,
    FAILED,
    COLORS,
    OBJECTS,
)
