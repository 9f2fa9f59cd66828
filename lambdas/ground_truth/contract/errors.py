"""The tree of errors, and which values cannot be judged yet.

Whatever is raised for people to read stands in this tree, and its text is a sentence that says what to do; a
``ValueError`` or ``OSError`` that comes out of this code is a mistake in it::

    GroundTruthError                 contract.errors
    |-- ContractError                contract.errors         (a ValueError too)
    |-- InputError                   contract.errors
    |   |-- ReadError                contract.errors
    |   |-- ManifestError            manifests.lines
    |   |-- ObjectError              answers.batch
    |   |-- TemplateError            templates.rendering
    |   |-- ImageRefused             images.stripped
    |   |-- Refused                  workflow.start
    |   |-- Missing                  reporting.thumbnails
    |   `-- Unreadable               ground_truth_cli.preparation.work
    |-- StateError                   contract.errors
    |   |-- JobExists                engine.model
    |   |-- NotThere                 engine.model
    |   |-- NotHeld                  engine.model
    |   |-- Conflict                 engine.store.transaction
    |   |-- NoJobYet                 ground_truth_cli.backends.engine
    |   `-- NameTaken                ground_truth_cli.account.refusals
    |-- ServiceError                 contract.errors
    |   |-- DetectionFailed          images.stripped
    |   |-- HookFailed               engine.hooks
    |   `-- NotAllowed               ground_truth_cli.account.refusals
    `-- RequestRefused               engine.bodies
"""

from collections.abc import Iterable


class GroundTruthError(Exception):
    """Something that people can put right; the text is a sentence for them."""


class ContractError(GroundTruthError, ValueError):
    """A value that the labeling contract refuses; the text says what was got, what is allowed and what to do.

    It is a ``ValueError`` too, as users of the CDK expect of a construct's property that cannot be.
    """

    def __init__(self, property_name: str, got: object, allowed: str, fix: str) -> None:
        super().__init__(f"'{property_name}' should be {allowed}, got {got!r}: {fix}")
        self.property_name = property_name


class InputError(GroundTruthError):
    """A file, an address, an answer or an argument that cannot be used."""


class ReadError(InputError):
    """A file, on this machine or in S3, that cannot be read."""


class StateError(GroundTruthError):
    """What was asked for does not go with how things stand: it is not there, is there already, or has ended."""


class ServiceError(GroundTruthError):
    """A service, a function or a process that the work depends on refused it or failed."""


def is_unresolved(value: object) -> bool:
    """Whether a value is a placeholder that only the deployment fills in, and so cannot be checked.

    The forms are those in which the CDK encodes tokens: marked strings, lists that hold one, and numbers
    below any real one; objects still to be resolved have a ``resolve`` method. They are recognized by form
    so that this library needs no aws_cdk.
    """
    if isinstance(value, str):
        return "${Token[" in value or "#{Token[" in value
    if isinstance(value, (int, float)):
        return value < -1e280
    if isinstance(value, Iterable):
        return any(is_unresolved(item) for item in value if isinstance(item, str))
    return hasattr(value, "resolve")
