"""How a refused value is reported, and which values cannot be judged yet."""

from collections.abc import Iterable


class ContractError(ValueError):
    """A value that the labeling contract refuses; the text says what was got, what is allowed and what to do."""

    def __init__(self, property_name: str, got: object, allowed: str, fix: str) -> None:
        super().__init__(f"'{property_name}' should be {allowed}, got {got!r}: {fix}")
        self.property_name = property_name


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
