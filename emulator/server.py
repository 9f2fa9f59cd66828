"""Starts ministack with a record of every authorization decision.

Run as a script by ``emulator.Emulator``. ministack enforces IAM but keeps no log of what it decided, so this wraps its
one decision function from outside; the installed package is not modified. It ends when its standard input closes, which
the system sees to however the parent ends, even by SIGKILL.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ministack import app as ministack_app
from ministack.core import iam_evaluator
from ministack.services import stepfunctions

# An ASGI application: what it is asked, and the ways to hear more and to answer, which are only passed on.
Scope = Mapping[str, Any]
Application = Callable[[Scope, object, object], Awaitable[None]]

CALLS_FILE: Final = "EMULATOR_CALLS_FILE"
DIRECTORY: Final = "EMULATOR_DIRECTORY"
TASK_ANSWERS: Final = ("states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat")


def record_decisions(path: str) -> None:
    """Appends each decision of ministack's ``enforce`` to a JSON Lines file."""
    enforce = iam_evaluator.enforce

    def recording(access_key_id: str, iam_action: str, service: str, *args: object, **kwargs: object) -> object:
        refused = enforce(access_key_id, iam_action, service, *args, **kwargs)
        # A task's token stands for the state machine that waits, and IAM asks about that one. ministack asks about "*".
        if refused is not None and iam_action in TASK_ANSWERS:
            for machine in list(stepfunctions._state_machines):
                kwargs["resource_arn"] = machine
                refused = enforce(access_key_id, iam_action, service, *args, **kwargs)
                if refused is None:
                    break
        # A request without credentials passes here and is decided by the bucket's policy elsewhere: nothing to record.
        if not access_key_id:
            return refused
        identity = iam_evaluator.resolve_caller_identity(access_key_id)
        decision = {
            "principal": identity["userArn"] if identity else "unknown",
            "action": iam_action,
            "resource": kwargs.get("resource_arn", "*"),
            "decision": "Allow" if refused is None else getattr(refused, "decision", "") or "NotAuthenticated",
        }
        with Path(path).open("a", encoding="utf-8") as calls:
            calls.write(json.dumps(decision) + "\n")
        return refused

    Path(path).touch()
    # Its callers import the name when they are called, so replacing the attribute reaches all of them.
    iam_evaluator.enforce = recording


def behind_tls(application: Application) -> Application:
    """Treats requests as if a proxy had taken the TLS off, as AWS's own front ends do.

    On plain HTTP ``aws:SecureTransport`` is false, and a bucket policy that refuses unencrypted requests would refuse
    every one. A request that carries ``X-Forwarded-Proto: http`` itself is still seen as unencrypted.
    """

    async def forwarded(scope: Scope, receive: object, send: object) -> None:
        if scope["type"] == "http" and not any(name == b"x-forwarded-proto" for name, _ in scope["headers"]):
            scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        await application(scope, receive, send)

    return forwarded


def end_with_parent(directory: str) -> None:
    """Waits for the end of standard input, then removes the files and ends the process group."""
    while os.read(0, 4096):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    # Kills this process too. The Lambda workers are in its group, which the parent made ours alone.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    record_decisions(os.environ[CALLS_FILE])
    ministack_app.app = behind_tls(ministack_app.app)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=(os.environ[DIRECTORY],), daemon=True).start()
    ministack_app.main()
