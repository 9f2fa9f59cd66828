"""Valid tasks of every built-in type, for tests that hold for any."""

from typing import Any

from hypothesis import strategies as st

from ground_truth.contract import limits, task_types
from ground_truth.contract.errors import is_unresolved
from ground_truth.tasks.reviews import EarlierLabels, LabelAdjustment, LabelVerification
from ground_truth.tasks.task import (
    BoundingBox,
    ImageClassification,
    LabelingTask,
    MultiLabelClassification,
    SemanticSegmentation,
)


def is_label(text: str) -> bool:
    """Whether a text can be a label: hypothesis tries the marks of the CDK's tokens, too, as our code names them."""
    return bool(text) and not is_unresolved(text)


NAMES = st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,22}", fullmatch=True)
KEYWORDS = st.from_regex(r"[A-Za-z0-9]{1,10}( [A-Za-z0-9]{1,9})?", fullmatch=True)
# The service takes the characters of XML 1.0 without those beyond the first plane.
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=0xFFFD, exclude_categories=("Cs", "Cc", "Zl", "Zp")))
LABELS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip).filter(is_label)
TAGS = st.from_regex(r"[A-Za-z0-9 _.:/=+@-]{1,20}", fullmatch=True).filter(
    lambda key: not key.lower().startswith("aws:")
)


def maybe(numbers: range) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(numbers[0], numbers[-1])


def options(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "task_title": draw(TEXTS.filter(lambda text: len(text) <= limits.TITLE_LENGTH)),
        "task_description": draw(TEXTS.filter(lambda text: len(text) <= limits.DESCRIPTION_LENGTH)),
        "task_keywords": draw(st.lists(KEYWORDS, max_size=limits.KEYWORD_COUNT)),
        "number_of_human_workers_per_data_object": draw(maybe(limits.WORKERS_PER_OBJECT)),
        "task_time_limit_in_seconds": draw(maybe(limits.TIME_LIMIT_SECONDS)),
        "task_availability_lifetime_in_seconds": draw(maybe(limits.AVAILABILITY_SECONDS)),
        "max_concurrent_task_count": draw(maybe(limits.CONCURRENT_OBJECTS)),
        "max_human_labeled_object_count": draw(maybe(range(1, 1_000_000))),
        "max_percentage_of_input_dataset_labeled": draw(maybe(limits.LABELED_PERCENTAGE)),
        "tags": draw(st.dictionaries(TAGS, TAGS, max_size=3)),
    }


@st.composite
def tasks(draw: st.DrawFn) -> LabelingTask:
    """Any valid task of any built-in type."""
    kind: Any = draw(
        st.sampled_from(
            [
                BoundingBox,
                ImageClassification,
                MultiLabelClassification,
                SemanticSegmentation,
                LabelVerification,
                LabelAdjustment,
            ]
        )
    )
    labels = draw(st.lists(LABELS, min_size=2, max_size=5, unique=True))
    name = draw(NAMES.filter(lambda name: not name.endswith(("-ref", "-metadata")) and name != "source"))
    if kind in (LabelVerification, LabelAdjustment):
        base = draw(st.sampled_from(sorted(map(str, task_types.VERIFICATIONS))))
        of = EarlierLabels(type=base, label_attribute_name=f"{name}0" + "-ref" * base.startswith("sem"), labels=labels)
        return kind(name, labels=labels, of=of, **options(draw))
    return kind(name, labels=labels, **options(draw))
