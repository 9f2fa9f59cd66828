"""What a labeling is started with, read so that nothing behind it looks again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import ContractError, InputError
from ground_truth.contract.json_types import Json

_KEYS = ("task", "manifest", "after", "name", "backend", "request", "split")


class Refused(InputError):
    """What the workflow was started with cannot become a job; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class WorkflowInput:
    """What a labeling is started with; the output of the job ``after`` is labeled in place of a ``manifest``."""

    task: str
    name: str
    manifest: str | None
    after: str | None
    backend: Backend | None
    request: Mapping[str, Json]
    split: Sequence[str]

    @classmethod
    def read(cls, event: Mapping[str, Json], started: datetime) -> "WorkflowInput":
        """Reads what the state machine was started with. Raises Refused, with what to give instead."""
        unknown = sorted(set(event) - set(_KEYS))
        if unknown:
            raise Refused(f"{', '.join(unknown)} means nothing here: give some of {', '.join(_KEYS)}")
        task, request, split = event.get("task"), event.get("request") or {}, event.get("split") or []
        texts = {key: event.get(key) for key in ("name", "manifest", "after", "backend")}
        if not isinstance(task, str) or ("manifest" in event) == ("after" in event):
            raise Refused("give 'task', and either 'manifest' or 'after', the name of a finished job")
        for key, value in texts.items():
            if value is not None and not isinstance(value, str):
                raise Refused(f"'{key}' should be a text, got {value!r}")
        if not isinstance(request, dict) or not isinstance(split, list):
            raise Refused("'request' should be an object with changes of the request, 'split' a list of tasks")
        name, manifest, after, backend = (str(value) if value else None for value in texts.values())
        return cls(
            task=task,
            name=name or f"{task}-{started:%Y%m%d-%H%M%S}",
            manifest=manifest,
            after=after,
            backend=_backend(backend),
            request=request,
            split=[str(part) for part in split],
        )


def _backend(name: str | None) -> Backend | None:
    if name is None:
        return None
    if name not in list(Backend):
        raise ContractError("backend", name, f"one of {', '.join(Backend)}", "correct it, or leave it out")
    return Backend(name)
