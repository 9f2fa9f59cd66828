"""The elements of workers' pages and what each needs to give an answer (contract section 10.3)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CrowdElement:
    """One ``crowd-*`` element.

    ``answers`` says whether it has a value, which is submitted under its name. ``labels_attribute`` holds the
    labels workers choose from. ``has_own_form`` is for the one that must not be inside a crowd-form.
    """

    tag: str
    answers: bool = False
    is_annotator: bool = False
    labels_attribute: str | None = None
    has_own_form: bool = False


def _annotator(tag: str, labels_attribute: str | None = "labels", **more: bool) -> CrowdElement:
    return CrowdElement(tag=tag, answers=True, is_annotator=True, labels_attribute=labels_attribute, **more)


CROWD_ELEMENTS = {
    element.tag: element
    for element in (
        _annotator("crowd-bounding-box"),
        _annotator("crowd-image-classifier", "categories"),
        _annotator("crowd-image-classifier-multi-select", "categories"),
        _annotator("crowd-classifier", "categories"),
        _annotator("crowd-classifier-multi-select", "categories"),
        _annotator("crowd-entity-annotation", has_own_form=True),
        _annotator("crowd-polygon"),
        _annotator("crowd-polyline"),
        _annotator("crowd-line"),
        _annotator("crowd-keypoint"),
        _annotator("crowd-semantic-segmentation"),
        _annotator("crowd-instance-segmentation"),
        # These two belong to Amazon Augmented AI, in pages that are otherwise the same.
        _annotator("crowd-textract-analyze-document", None),
        _annotator("crowd-rekognition-detect-moderation-labels", "categories"),
        # These two come with the second version of the element script.
        _annotator("crowd-text-ranking", None),
        _annotator("crowd-question-answer-generation", None),
        *(
            CrowdElement(tag=tag, answers=True)
            for tag in (
                "crowd-checkbox",
                "crowd-radio-button",
                "crowd-toggle-button",
                "crowd-input",
                "crowd-text-area",
                "crowd-slider",
            )
        ),
        *(
            CrowdElement(tag=tag)
            for tag in (
                "crowd-form",
                "crowd-radio-group",
                "crowd-button",
                "crowd-alert",
                "crowd-badge",
                "crowd-card",
                "crowd-fab",
                "crowd-icon-button",
                "crowd-instructions",
                "crowd-modal",
                "crowd-tabs",
                "crowd-tab",
                "crowd-toast",
                # Not documented, but used by AWS's own templates.
                "crowd-slider-label",
            )
        ),
    )
}
