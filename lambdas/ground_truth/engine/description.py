"""The parameter by which tools find an environment's engine: its name and its content, one JSON object."""

import json
from dataclasses import asdict, dataclass

from ground_truth.contract.errors import InputError
from ground_truth.contract.json_types import JsonObject

_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class EngineDescription:
    """What a deployed engine consists of.

    ``state_machine`` is an ARN, ``table`` a name, ``user_pool`` and ``client`` are ids, ``group`` is that of the
    workers; ``portal_url`` is None where no portal is deployed.
    """

    state_machine: str
    table: str
    api_url: str
    user_pool: str
    client: str
    group: str
    portal_url: str | None = None

    def as_json(self) -> JsonObject:
        """The parameter's content."""
        return {"version": _VERSION} | asdict(self)

    @classmethod
    def read(cls, text: str) -> "EngineDescription":
        """Reads a parameter's content.

        Raises InputError for another version.
        """
        content = json.loads(text)
        version = content.pop("version", None)
        if version != _VERSION:
            raise InputError(
                f"'version' of the engine's description should be {_VERSION}, got {version!r}: "
                "use the same release for the stack and for the tools"
            )
        return cls(**content)
