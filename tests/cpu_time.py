"""How much a computation costs, told so that neither a slow nor a busy machine changes what is asserted."""

import time
from collections.abc import Callable


def cpu_seconds(compute: Callable[[], object]) -> float:
    """The processor's time of the cheapest of three runs."""
    costs = []
    for _ in range(3):
        start = time.process_time()
        compute()
        costs.append(time.process_time() - start)
    return min(costs)


def growth(compute: Callable[[int], object], small: int, large: int) -> float:
    """How many times more a large input costs than a small one: about ``large / small`` where the cost is linear."""
    return cpu_seconds(lambda: compute(large)) / cpu_seconds(lambda: compute(small))
