"""What was done already, so that a run can be stopped at any point."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ground_truth.contract.errors import InputError
from ground_truth.images.prepare import Change
from ground_truth_cli.local_files import writing
from ground_truth_cli.preparation.storages import Entry
from ground_truth_cli.preparation.work import Outcome

_VERSION = 1
# Each change has a column of its own, so that queries ask for codes and never for words.
_CHANGES = "".join(f", {change} INTEGER DEFAULT 0" for change in Change)
_TABLES = f"""
CREATE TABLE IF NOT EXISTS files (
    name BLOB PRIMARY KEY, stamp TEXT, seen INTEGER, attributes TEXT,
    done INTEGER DEFAULT 0, image TEXT DEFAULT '', size INTEGER DEFAULT 0, reason TEXT DEFAULT '',
    unreadable INTEGER DEFAULT 0{_CHANGES}
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS images ON files (image);
CREATE TABLE IF NOT EXISTS former (image TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS source (name TEXT);
"""
# Journals of the first version told changes and unreadable files in words.
_FIRST_WORDS = {
    Change.UPRIGHTED: "turned upright",
    Change.CONVERTED: "converted from",
    Change.DOWNSCALED: "downscaled from",
    Change.REDACTED: "made unrecognizable",
}
_FROM_FIRST = "".join(
    [
        "ALTER TABLE files ADD COLUMN unreadable INTEGER DEFAULT 0;",
        "UPDATE files SET unreadable = reason LIKE 'unreadable%';",
        *(f"ALTER TABLE files ADD COLUMN {change} INTEGER DEFAULT 0;" for change in Change),
        *(f"UPDATE files SET {change} = changes LIKE '%{words}%';" for change, words in _FIRST_WORDS.items()),
        "ALTER TABLE files DROP COLUMN changes;",
    ]
)
# A file that changed, or that other settings were used for, starts anew; its former picture is remembered.
_FORMER = "INSERT OR IGNORE INTO former SELECT image FROM files WHERE name = ? AND stamp <> ? AND image <> ''"
_LISTED = """
INSERT INTO files (name, stamp, seen, attributes) VALUES (:name, :stamp, 1, :attributes)
ON CONFLICT (name) DO UPDATE SET
    done = done AND stamp = excluded.stamp, stamp = excluded.stamp, seen = 1, attributes = excluded.attributes
"""
_DONE = (
    "UPDATE files SET done = 1, image = ?, size = ?, reason = ?, unreadable = ?"
    + "".join(f", {change} = ?" for change in Change)
    + " WHERE name = ?"
)


class Journal:
    """A table of the files of a run, on disk and readable by its owner only; ``path`` None keeps it in memory.

    It grows on disk, not in memory, and survives the death of the process at any point.
    Raises InputError for a file that is none, or that another run uses.
    """

    def __init__(self, path: Path | None) -> None:
        if path:
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            raise InputError(
                f"{path} cannot be used: {error}; no other run may use it, and prepare alone writes it"
            ) from error

    def _open(self) -> None:
        # No waiting for the disk: after a power failure lost lines are done again, never believed.
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
        step = _FROM_FIRST if self._is_of_first_version() else _TABLES
        self._database.executescript(f"BEGIN; {step} PRAGMA user_version = {_VERSION}; COMMIT;")

    def _is_of_first_version(self) -> bool:
        """Whether the file was written when journals had no number yet."""
        tables = self._number("SELECT count(*) FROM sqlite_master WHERE name = 'files'")
        return bool(tables) and self._number("PRAGMA user_version") == 0

    def belongs_to(self, source: str) -> None:
        """Makes sure that one source alone fills a destination.

        Raises InputError if the journal is of another one.
        """
        source_row = self._database.execute("SELECT name FROM source").fetchone()
        if source_row is None:
            self._database.execute("INSERT INTO source VALUES (?)", (source,))
        elif source_row != (source,):
            raise InputError(
                f"'destination' should be a new place, got one that was filled from {source_row[0]}: "
                "choose another, so that no picture of that one is lost"
            )

    def take_note(self, files: Iterable[tuple[Entry, str]], settings: str) -> None:
        """Takes note of the files there are now; each comes with the other attributes of its manifest line."""
        with _transaction(self._database):
            # What could not be read last time may be there now.
            self._database.execute("UPDATE files SET seen = 0, done = done AND NOT unreadable")
            for entry, attributes in files:
                name, stamp = os.fsencode(entry.name), f"{settings}-{entry.stamp}"
                self._database.execute(_FORMER, (name, stamp))
                self._database.execute(_LISTED, {"name": name, "stamp": stamp, "attributes": attributes})

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Takes note of what became of files."""
        rows = [
            (
                outcome.image,
                outcome.size,
                outcome.reason,
                outcome.unreadable,
                *(change in outcome.changes for change in Change),
                os.fsencode(outcome.name),
            )
            for outcome in outcomes
        ]
        with _transaction(self._database):
            self._database.executemany(_DONE, rows)

    def forget(self, names: Sequence[str]) -> None:
        """Has files done again."""
        with _transaction(self._database):
            self._database.executemany(
                "UPDATE files SET done = 0 WHERE name = ?", [(os.fsencode(name),) for name in names]
            )

    def count(self, *, done: bool) -> int:
        """How many of the files there are now are done, or not yet."""
        return self._number("SELECT count(*) FROM files WHERE seen AND done = ?", done)

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
            "prepared": self._number(f"SELECT count(*) {prepared}"),
            "images": self._number(f"SELECT count(DISTINCT image) {prepared}"),
            "rejected": self._number("SELECT count(*) FROM files WHERE seen AND done AND image = ''"),
            **{str(change): self._number(f"SELECT count(*) {prepared} AND {change}") for change in Change},
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

    def _number(self, query: str, *values: object) -> int:
        return int(self._database.execute(query, values).fetchone()[0])


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
