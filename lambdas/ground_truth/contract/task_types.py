"""The table of task types: every fact that differs from type to type, stated once."""

from dataclasses import dataclass, replace
from enum import StrEnum

from ground_truth.contract.limits import PRICES


class Output(StrEnum):
    """What a label is in the output manifest (contract section 7.3)."""

    BOXES = "boxes"
    CLASS_INDEX = "class index"
    CLASS_INDEXES = "class indexes"
    MASK_FILE = "mask file"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """What the contract says about one kind of labeling task (contract sections 2, 4, 7 and 10).

    ``manifest_keys`` are those of which a manifest line needs one, ``file_endings`` those its files may have;
    none where any will do. ``function_suffix`` completes AWS's own ``PRE-`` and ``ACS-`` function names.
    ``element`` is the worker page's element, ``answer_field`` its name in the generated template and so the
    top key of an answer. ``consolidation`` names the module and the function of ``consolidation.by_type`` that
    merge its answers; ``learns_from_batches`` says whether what one batch shows of workers counts in the next.
    ``max_labels`` is None where the API sets no limit; from ``advised_labels`` on, the element's own page
    disagrees with the API. ``audits`` is the key of the type whose labels are verified or adjusted.
    Times are in seconds, ``lowest_price`` in tenths of a US cent. ``seconds_per_answer`` is what one worker takes
    for one object: not from AWS, but a guess to be replaced by a short trial of your own.
    """

    key: str
    manifest_keys: tuple[str, ...]
    file_endings: tuple[str, ...]
    function_suffix: str
    record_type: str
    output: Output
    element: str | None
    answer_field: str | None
    consolidation: str
    learns_from_batches: bool
    label_attribute_is_reference: bool
    min_labels: int
    max_labels: int | None
    advised_labels: int | None
    max_objects: int
    max_file_bytes: int | None
    max_pixels: int | None
    default_workers: int
    default_time_limit_in_seconds: int
    seconds_per_answer: int
    lowest_price: int
    verb: str
    keywords: tuple[str, ...]
    audits: str | None = None

    @property
    def prices(self) -> tuple[int, ...]:
        """The public crowd's price list for this type, in tenths of a US cent (contract 4.5)."""
        return tuple(price for price in PRICES if price >= self.lowest_price)

    @property
    def verifies(self) -> bool:
        """Whether workers say of earlier labels if they are right."""
        return self.audits is not None and not self.draws_outlines

    @property
    def adjusts(self) -> bool:
        """Whether workers correct earlier labels."""
        return self.audits is not None and self.draws_outlines

    @property
    def can_be_split(self) -> bool:
        """Whether one task of each label gives results that can be joined again."""
        return self.output is Output.BOXES and self.audits is None

    @property
    def draws_outlines(self) -> bool:
        """Whether workers draw, so that rules on tightness and on cut-off objects matter."""
        return self.output in (Output.BOXES, Output.MASK_FILE)


_MINUTES = 60
_MEBIBYTE = 1024 * 1024

BOUNDING_BOX = TaskType(
    key="bounding-box",
    manifest_keys=("source-ref",),
    file_endings=(".jpg", ".jpeg", ".png"),
    function_suffix="BoundingBox",
    record_type="groundtruth/object-detection",
    output=Output.BOXES,
    element="crowd-bounding-box",
    answer_field="boundingBox",
    consolidation="bounding_box.merge_boxes",
    learns_from_batches=True,
    label_attribute_is_reference=False,
    min_labels=1,
    max_labels=50,
    advised_labels=10,
    max_objects=100_000,
    max_file_bytes=40 * _MEBIBYTE,
    max_pixels=100_000_000,
    default_workers=5,
    default_time_limit_in_seconds=60 * _MINUTES,
    seconds_per_answer=60,
    lowest_price=36,
    verb="Draw boxes",
    keywords=("image", "bounding box"),
)

IMAGE_CLASSIFICATION = replace(
    BOUNDING_BOX,
    key="image-classification",
    function_suffix="ImageMultiClass",
    record_type="groundtruth/image-classification",
    output=Output.CLASS_INDEX,
    element="crowd-image-classifier",
    answer_field="crowd-image-classifier",
    consolidation="image_classification.merge_choices",
    min_labels=2,
    max_labels=None,
    default_workers=3,
    default_time_limit_in_seconds=5 * _MINUTES,
    seconds_per_answer=8,
    lowest_price=12,
    verb="Choose a category",
    keywords=("image", "classification"),
)

MULTI_LABEL_CLASSIFICATION = replace(
    IMAGE_CLASSIFICATION,
    key="multi-label-classification",
    function_suffix="ImageMultiClassMultiLabel",
    record_type="groundtruth/image-classification-multilabel",
    output=Output.CLASS_INDEXES,
    element="crowd-image-classifier-multi-select",
    answer_field="crowd-image-classifier-multi-select",
    consolidation="multi_label_classification.merge_label_sets",
    max_labels=50,
    advised_labels=None,
    seconds_per_answer=12,
    verb="Choose all that apply",
)

SEMANTIC_SEGMENTATION = replace(
    BOUNDING_BOX,
    key="semantic-segmentation",
    function_suffix="SemanticSegmentation",
    record_type="groundtruth/semantic-segmentation",
    output=Output.MASK_FILE,
    element="crowd-semantic-segmentation",
    answer_field="crowd-semantic-segmentation",
    consolidation="semantic_segmentation.merge_masks",
    # A mask's weight comes from its own image.
    learns_from_batches=False,
    label_attribute_is_reference=True,
    # The consolidated mask is an 8-bit palette picture whose value 0 is the background (contract 7.3).
    max_labels=255,
    advised_labels=None,
    max_objects=20_000,
    default_workers=3,
    seconds_per_answer=300,
    lowest_price=840,
    verb="Paint areas",
    keywords=("image", "segmentation"),
)

VERIFICATION_OF_BOXES = replace(
    IMAGE_CLASSIFICATION,
    key="bounding-box-verification",
    function_suffix="VerificationBoundingBox",
    record_type="groundtruth/label-verification",
    min_labels=1,
    verb="Check boxes",
    keywords=("image", "verification"),
    audits=BOUNDING_BOX.key,
)

# Its label is a class, not a file, so that its label attribute must not end with -ref (contract 4.2).
VERIFICATION_OF_MASKS = replace(
    VERIFICATION_OF_BOXES,
    key="semantic-segmentation-verification",
    function_suffix="VerificationSemanticSegmentation",
    verb="Check areas",
    audits=SEMANTIC_SEGMENTATION.key,
)

# The price lists of adjustment jobs are not published apart from those of the type they adjust (contract 4.5).
ADJUSTMENT_OF_BOXES = replace(
    BOUNDING_BOX,
    key="bounding-box-adjustment",
    function_suffix="AdjustmentBoundingBox",
    consolidation="bounding_box.merge_adjusted_boxes",
    seconds_per_answer=40,
    verb="Correct boxes",
    keywords=("image", "adjustment"),
    audits=BOUNDING_BOX.key,
)

ADJUSTMENT_OF_MASKS = replace(
    SEMANTIC_SEGMENTATION,
    key="semantic-segmentation-adjustment",
    function_suffix="AdjustmentSemanticSegmentation",
    consolidation="semantic_segmentation.merge_adjusted_masks",
    seconds_per_answer=120,
    verb="Correct areas",
    keywords=("image", "adjustment"),
    audits=SEMANTIC_SEGMENTATION.key,
)

CUSTOM = TaskType(
    key="custom",
    manifest_keys=("source-ref", "source"),
    file_endings=(),
    function_suffix="PassThrough",
    record_type="groundtruth/custom",
    output=Output.ANY,
    element=None,
    answer_field=None,
    consolidation="custom.pass_answers_on",
    learns_from_batches=False,
    label_attribute_is_reference=False,
    min_labels=0,
    max_labels=None,
    advised_labels=None,
    max_objects=100_000,
    max_file_bytes=None,
    max_pixels=None,
    default_workers=3,
    default_time_limit_in_seconds=60 * _MINUTES,
    seconds_per_answer=60,
    lowest_price=12,
    verb="Work on images",
    keywords=("image",),
)

TASK_TYPES = {
    task_type.key: task_type
    for task_type in (
        BOUNDING_BOX,
        IMAGE_CLASSIFICATION,
        MULTI_LABEL_CLASSIFICATION,
        SEMANTIC_SEGMENTATION,
        VERIFICATION_OF_BOXES,
        VERIFICATION_OF_MASKS,
        ADJUSTMENT_OF_BOXES,
        ADJUSTMENT_OF_MASKS,
        CUSTOM,
    )
}

# By the key of the type whose labels are looked at.
VERIFICATIONS = {task_type.audits: task_type for task_type in TASK_TYPES.values() if task_type.verifies}
ADJUSTMENTS = {task_type.audits: task_type for task_type in TASK_TYPES.values() if task_type.adjusts}
