"""What workers are told: the rules of a task and examples in pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ground_truth.contract.errors import ContractError

# What would end a string or a tag in a template.
_UNQUOTABLE = frozenset("{}") | frozenset(map(chr, range(32)))

# Why each rule matters, in the order in which they are missed.
REASONS = {
    "what_to_label": "every worker will decide for himself what belongs to a label",
    "box_fit": "some workers will leave a margin, others cut corners",
    "partly_visible": "workers will disagree at image edges and behind obstacles",
    "good_examples": "a picture of a right answer settles more than a sentence",
    "bad_examples": "workers repeat mistakes that nobody showed them",
}
_OUTLINE_RULES = ("box_fit", "partly_visible")


@dataclass(frozen=True, kw_only=True)
class Example:
    """One picture with a sentence on why it is right or wrong.

    ``image`` is a path inside the instruction media folder, or an absolute https URL.
    Raises ContractError for any other address, and for characters that a template cannot quote.
    """

    image: str
    text: str

    def __post_init__(self) -> None:
        if not self.image or self.image.startswith("/") or ("://" in self.image and self.is_media):
            raise ContractError(
                "image",
                self.image,
                "a path inside the instruction media folder or an https URL",
                "workers' pages load pictures by https only",
            )
        if not _UNQUOTABLE.isdisjoint(self.image) or {"'", '"'} <= set(self.image):
            raise ContractError(
                "image",
                self.image,
                "without braces, control characters and quotes of both kinds",
                "a template cannot name such a file; rename the picture",
            )

    @property
    def is_media(self) -> bool:
        """Whether the picture lies in the instruction media bucket."""
        return not self.image.startswith("https://")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that workers will ask, with its answer: "Is a bus a car?", "No: leave it out."."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Instructions:
    """The rules workers follow; every one left out is a warning, as unclear rules spoil crowd labels.

    All texts are plain text: markup in them is shown, not interpreted.
    ``box_fit`` says how tight an outline must be, ``partly_visible`` what to do with cut-off objects;
    ``questions`` settle cases that no rule covers.
    Raises ContractError for examples or questions of another kind.
    """

    what_to_label: str = ""
    box_fit: str = ""
    partly_visible: str = ""
    good_examples: tuple[Example, ...] = ()
    bad_examples: tuple[Example, ...] = ()
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        for name, kind in (("good_examples", Example), ("bad_examples", Example), ("questions", Question)):
            given = getattr(self, name)
            if not isinstance(given, Sequence) or not all(isinstance(each, kind) for each in given):
                raise ContractError(name, given, f"a list of {kind.__name__}", f"write [{kind.__name__}(...)]")
            object.__setattr__(self, name, tuple(given))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are there, in the order workers read them."""
        return tuple(rule for rule in (self.what_to_label, self.box_fit, self.partly_visible) if rule)

    @property
    def examples(self) -> tuple[Example, ...]:
        """All examples, good ones first."""
        return self.good_examples + self.bad_examples

    @property
    def uses_media(self) -> bool:
        """Whether any example shows a picture of the instruction media bucket."""
        return any(example.is_media for example in self.examples)

    def missing(self, *, draws_outlines: bool) -> Iterator[tuple[str, str]]:
        """Yields (rule, why it matters) for each rule that was not given."""
        for rule, reason in REASONS.items():
            if not getattr(self, rule) and (draws_outlines or rule not in _OUTLINE_RULES):
                yield rule, reason
