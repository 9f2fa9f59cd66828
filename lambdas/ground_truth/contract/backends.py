"""Who runs a labeling job, and who works on it."""

from enum import StrEnum


class Backend(StrEnum):
    """Who runs a job: the engine in your own account, or Amazon SageMaker Ground Truth."""

    SELF_HOSTED = "self-hosted"
    GROUND_TRUTH = "ground-truth"


class WorkforceKind(StrEnum):
    """Who works on a job: the engine's own workers, a private team, a vendor's, or the former public crowd."""

    SELF_HOSTED = "self-hosted"
    PRIVATE = "private"
    VENDOR = "vendor"
    MECHANICAL_TURK = "mechanical-turk"

    @property
    def backend(self) -> Backend:
        """Who runs the jobs that these people work on."""
        return Backend.SELF_HOSTED if self is WorkforceKind.SELF_HOSTED else Backend.GROUND_TRUTH
