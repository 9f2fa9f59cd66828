"""Liquid that comes to an end: loops, seconds, page and variables are bounded, and every failure is Liquid's own."""

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import _GeneratorContextManager
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.exceptions import (
    FilterError,
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
)

from ground_truth.contract.errors import GroundTruthError

# A page has a few hundred rounds of loops; more is a mistake that would keep its reader waiting.
LOOP_ROUNDS = 100_000
SECONDS = 10.0
# The longest input, all of it escaped, several times; a function answers with at most 6 MiB.
PAGE_BYTES = 4_000_000
VARIABLE_BYTES = 1_000_000

# Where python-liquid only says that a limit was reached.
_REASONS: dict[type[LiquidError], str] = {
    LoopIterationLimitError: f"loops take more than {LOOP_ROUNDS:,} rounds: loop over less",
    OutputStreamLimitError: f"the page has more than {PAGE_BYTES:,} bytes: print less",
    LocalNamespaceLimitError: f"variables take more than {VARIABLE_BYTES:,} bytes: assign less",
}

# What python-liquid's filters let through for some values; what access to a file raises is not among it.
_UNTOLD = (ArithmeticError, AttributeError, GroundTruthError, LookupError, MemoryError, RecursionError, ValueError)


class _Context(RenderContext):
    """What one rendering knows, and when it has to be done: the number of rounds does not say how long they are."""

    __slots__ = ("_deadline",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline = time.monotonic() + SECONDS

    def loop(self, namespace: Mapping[str, object], forloop: Any) -> _GeneratorContextManager[RenderContext]:
        """Enters a loop of any kind, whose every round looks at the time."""
        forloop.it = self._in_time(forloop.it)
        return super().loop(namespace, forloop)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """Finds a filter; what it cannot do with a value is told with the filter's line."""
        found = super().filter(name, token)

        @functools.wraps(found)
        def told(*args: Any, **options: Any) -> object:
            try:
                return found(*args, **options)
            except _UNTOLD as error:
                raise FilterError(f"{name}: {error or type(error).__name__}", token=token) from error

        return told

    def _in_time(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            if time.monotonic() > self._deadline:
                raise ResourceLimitError(f"the page is not done after {SECONDS:g} seconds: loop less", token=None)
            yield item


class _Template(BoundTemplate):
    context_class = _Context

    def render(self, *args: Any, **variables: Any) -> str:
        """Renders; raises LiquidError for whatever goes wrong in the template."""
        try:
            return super().render(*args, **variables)
        except ResourceLimitError as error:
            error.args = (_REASONS.get(type(error), error.message),)
            raise
        except _UNTOLD as error:
            raise LiquidError(f"the page cannot be rendered: {error or type(error).__name__}", token=None) from error


class BoundedEnvironment(Environment):
    """An environment whose templates come to an end."""

    loop_iteration_limit = LOOP_ROUNDS
    output_stream_limit = PAGE_BYTES
    local_namespace_limit = VARIABLE_BYTES
    template_class = _Template
