"""What Lambda tells a function about its call."""

from typing import Protocol


class LambdaContext(Protocol):
    """The second argument of every handler, as far as this library looks at it."""

    def get_remaining_time_in_millis(self) -> int:
        """The time that is left until the call is broken off, in milliseconds."""
