"""AWS in memory, for one request at a time: moto's services are not made for threads, what is tested here uses some."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import moto
from moto.core.models import botocore_stubber


@contextmanager
def memory_aws() -> Iterator[None]:
    """Every client made within it talks to empty services in memory."""
    answer = botocore_stubber.process_request
    lock = threading.RLock()

    def answer_alone(request):
        with lock:
            return answer(request)

    with moto.mock_aws(), mock.patch.object(botocore_stubber, "process_request", answer_alone):  # noqa: TID251
        yield
