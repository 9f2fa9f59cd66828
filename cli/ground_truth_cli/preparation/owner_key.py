"""The key from which names are made; its owner alone has it."""

import os
import secrets
from pathlib import Path

import click

from ground_truth.contract.errors import InputError
from ground_truth_cli.local_files import read_bytes, writing

_LEAST_BYTES = 16


def default_key_file() -> Path:
    """Where the key lies unless told otherwise: in the user's own configuration folder."""
    return Path(click.get_app_dir("ground-truth"), "prepare.key")


def owner_key(key_file: Path | None, *, create: bool = True) -> bytes:
    """Reads the key; the default one is created at first use, readable by its owner only.

    Raises InputError for a key that is too short to keep names secret, or that cannot be read or written.
    """
    path = key_file or default_key_file()
    if key_file is None and not path.exists():
        if not create:
            return secrets.token_bytes(32)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
    key = read_bytes(path).strip()
    if len(key) < _LEAST_BYTES:
        raise InputError(
            f"'key-file' should hold at least {_LEAST_BYTES} bytes, got {len(key)} in {path}: "
            "write 32 random bytes into it, or leave the option out"
        )
    return key
