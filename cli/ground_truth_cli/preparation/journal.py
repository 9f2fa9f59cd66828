"""What was done already, so that a run can be stopped at any point."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ground_truth.contract.errors import InputError
from ground_truth_cli.preparation.places import Entry
from ground_truth_cli.preparation.work import Outcome

_TABLES = """
CREATE TABLE IF NOT EXISTS files (
    name BLOB PRIMARY KEY, stamp TEXT, seen INTEGER, attributes TEXT,
    done INTEGER DEFAULT 0, image TEXT DEFAULT '', size INTEGER DEFAULT 0, reason TEXT DEFAULT '',
    changes TEXT DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS images ON files (image);
CREATE TABLE IF NOT EXISTS former (image TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS source (name TEXT);
"""
# A file that changed, or that other settings were used for, starts anew; its former picture is remembered.
_FORMER = "INSERT OR IGNORE INTO former SELECT image FROM files WHERE name = ? AND stamp <> ? AND image <> ''"
_LISTED = """
INSERT INTO files (name, stamp, seen, attributes) VALUES (:name, :stamp, 1, :attributes)
ON CONFLICT (name) DO UPDATE SET
    done = done AND stamp = excluded.stamp, stamp = excluded.stamp, seen = 1, attributes = excluded.attributes
"""


class Journal:
    """A table of the files of a run, on disk and readable by its owner only; ``path`` None keeps it in memory.

    It grows on disk, not in memory, and survives the death of the process at any point.
    """

    def __init__(self, path: Path | None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None)
        # No waiting for the disk: after a power failure lost lines are done again, never believed.
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; BEGIN; " + _TABLES + "COMMIT;")

    def belongs_to(self, source: str) -> None:
        """Makes sure that one source alone fills a destination.

        Raises InputError if the journal is of another one.
        """
        known = self._database.execute("SELECT name FROM source").fetchone()
        if known is None:
            self._database.execute("INSERT INTO source VALUES (?)", (source,))
        elif known != (source,):
            raise InputError(
                f"'destination' should be a new place, got one that was filled from {known[0]}: "
                "choose another, so that no picture of that one is lost"
            )

    def take_note(self, files: Iterable[tuple[Entry, str]], settings: str) -> None:
        """Takes note of the files there are now; each comes with the other attributes of its manifest line."""
        with _transaction(self._database):
            # What could not be read last time may be there now.
            self._database.execute("UPDATE files SET seen = 0, done = done AND reason NOT LIKE 'unreadable%'")
            for entry, attributes in files:
                name, stamp = os.fsencode(entry.name), f"{settings}-{entry.stamp}"
                self._database.execute(_FORMER, (name, stamp))
                self._database.execute(_LISTED, {"name": name, "stamp": stamp, "attributes": attributes})

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Takes note of what became of files."""
        rows = [(o.image, o.size, o.reason, "; ".join(o.changes), os.fsencode(o.name)) for o in outcomes]
        with _transaction(self._database):
            self._database.executemany(
                "UPDATE files SET done = 1, image = ?, size = ?, reason = ?, changes = ? WHERE name = ?", rows
            )

    def forget(self, names: Sequence[str]) -> None:
        """Has files done again."""
        with _transaction(self._database):
            self._database.executemany("UPDATE files SET done = 0 WHERE name = ?", [(os.fsencode(n),) for n in names])

    def count(self, *, done: bool) -> int:
        """How many of the files there are now are done, or not yet."""
        return int(self._one("SELECT count(*) FROM files WHERE seen AND done = ?", done))

    def waiting(self, most: int) -> Iterator[list[str]]:
        """The names of files not yet done, some at a time."""
        last = b""
        while rows := self._database.execute(
            "SELECT name FROM files WHERE seen AND NOT done AND name > ? ORDER BY name LIMIT ?", (last, most)
        ).fetchall():
            last = rows[-1][0]
            yield [os.fsdecode(name) for (name,) in rows]

    def prepared(self) -> Iterator[tuple[str, str, int]]:
        """Old name, new name and new size of every prepared file."""
        query = "SELECT name, image, size FROM files WHERE seen AND done AND image <> '' ORDER BY name"
        return ((_shown(name), image, size) for name, image, size in self._database.execute(query))

    def lines(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Every picture once, with its manifest line's other attributes; in an order that tells nothing."""
        query = (
            "SELECT image, min(attributes) FROM files WHERE seen AND done AND image <> '' GROUP BY image ORDER BY image"
        )
        return ((image, json.loads(attributes or "{}")) for image, attributes in self._database.execute(query))

    def rejected(self) -> Iterator[tuple[str, str]]:
        """Name and reason of every file left out."""
        query = "SELECT name, reason FROM files WHERE seen AND done AND image = '' ORDER BY name"
        return ((_shown(name), reason) for name, reason in self._database.execute(query))

    def counts(self) -> dict[str, int]:
        """How many files were prepared and left out, how many pictures that gives, and what was done to them."""
        prepared = "FROM files WHERE seen AND done AND image <> ''"
        return {
            "prepared": int(self._one(f"SELECT count(*) {prepared}")),
            "images": int(self._one(f"SELECT count(DISTINCT image) {prepared}")),
            "rejected": int(self._one("SELECT count(*) FROM files WHERE seen AND done AND image = ''")),
            **{
                name: int(self._one(f"SELECT count(*) {prepared} AND changes LIKE ?", f"%{text}%"))
                for name, text in (
                    ("uprighted", "turned upright"),
                    ("converted", "converted from"),
                    ("downscaled", "downscaled from"),
                    ("redacted", "made unrecognizable"),
                )
            },
        }

    def unlisted(self) -> list[str]:
        """Pictures that earlier runs made and that no present file has any more."""
        self._database.execute("INSERT OR IGNORE INTO former SELECT image FROM files WHERE NOT seen AND image <> ''")
        query = "SELECT image FROM former WHERE image NOT IN (SELECT image FROM files WHERE seen AND done)"
        return [image for (image,) in self._database.execute(query)]

    def clear_unlisted(self) -> None:
        """Forgets pictures that are gone."""
        with _transaction(self._database):
            self._database.execute("DELETE FROM former")
            self._database.execute("DELETE FROM files WHERE NOT seen")

    def close(self) -> None:
        """Ends the use of the file."""
        self._database.close()

    def _one(self, query: str, *values: object) -> int:
        found: int = self._database.execute(query, values).fetchone()[0]
        return found


class _transaction:  # noqa: N801 - used like a function
    """All statements of a block or none."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN")

    def __exit__(self, kind: object, *_: object) -> None:
        self._database.execute("ROLLBACK" if kind else "COMMIT")


def _shown(name: bytes) -> str:
    """A file's name as text, also where the disk's bytes are none."""
    return name.decode("utf-8", "backslashreplace")
