"""The journal of a run: what it counts and does again does not depend on how a reason is worded."""

import sqlite3
from pathlib import Path

import pytest

from ground_truth.images.prepare import Change
from ground_truth_cli.preparation.journal import Journal
from ground_truth_cli.preparation.storages import Entry
from ground_truth_cli.preparation.work import Outcome

# As the first version made it, and what it wrote.
FIRST_TABLES = """
CREATE TABLE files (
    name BLOB PRIMARY KEY, stamp TEXT, seen INTEGER, attributes TEXT,
    done INTEGER DEFAULT 0, image TEXT DEFAULT '', size INTEGER DEFAULT 0, reason TEXT DEFAULT '',
    changes TEXT DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX images ON files (image);
CREATE TABLE former (image TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE source (name TEXT);
INSERT INTO source VALUES ('photos');
"""
FIRST_ROWS = [
    (b"a.jpg", "2.jpg", "", "turned upright"),
    (b"b.heic", "3.jpg", "", "converted from HEIC; downscaled from 9 x 9 to 3 x 3"),
    (b"c.jpg", "4.jpg", "", "2 places made unrecognizable"),
    (b"d.jpg", "", "unreadable: Permission denied", ""),
    (b"e.txt", "", "not a picture", ""),
]
FILES = ["a.jpg", "b.heic", "c.jpg", "d.jpg", "e.txt"]


def listed(journal: Journal, names: list[str]) -> None:
    journal.take_note(((Entry(name=name, stamp="1", size=1), "") for name in names), "settings")


@pytest.fixture
def first_version(tmp_path) -> Path:
    path = tmp_path / "journal.sqlite"
    database = sqlite3.connect(path)
    database.executescript(FIRST_TABLES)
    database.executemany(
        "INSERT INTO files (name, stamp, seen, attributes, done, image, reason, changes) "
        "VALUES (?, 'settings-1', 1, '', 1, ?, ?, ?)",
        FIRST_ROWS,
    )
    database.commit()
    database.close()
    return path


def test_every_change_is_counted_by_its_code() -> None:
    journal = Journal(None)
    listed(journal, FILES)
    journal.record(
        [
            Outcome(name="a.jpg", image="2.jpg", size=1, changes=(Change.UPRIGHTED, Change.REDACTED)),
            Outcome(name="b.heic", image="3.jpg", size=1, changes=(Change.CONVERTED, Change.UPRIGHTED)),
            Outcome(name="c.jpg", image="4.jpg", size=1, changes=(Change.DOWNSCALED,)),
        ]
    )
    counts = journal.counts()
    assert {change: counts[change] for change in Change} == {
        Change.UPRIGHTED: 2,
        Change.CONVERTED: 1,
        Change.DOWNSCALED: 1,
        Change.REDACTED: 1,
    }


def test_what_could_not_be_read_is_done_again_however_the_reason_is_worded() -> None:
    journal = Journal(None)
    listed(journal, FILES)
    journal.record(
        [
            Outcome(name="d.jpg", reason="the disk refused it", unreadable=True),
            Outcome(name="e.txt", reason="unreadable as a picture"),
        ]
    )
    listed(journal, ["d.jpg", "e.txt"])
    assert list(journal.waiting(10)) == [["d.jpg"]]


def test_a_journal_of_the_first_version_goes_on_where_it_was(first_version) -> None:
    journal = Journal(first_version)
    journal.belongs_to("photos")
    listed(journal, FILES)
    assert list(journal.waiting(10)) == [["d.jpg"]]
    counts = journal.counts()
    assert counts["prepared"] == counts["images"] == 3
    assert [counts[change] for change in Change] == [1, 1, 1, 1]


def test_a_journal_is_brought_up_to_date_once(first_version) -> None:
    Journal(first_version).close()
    journal = Journal(first_version)
    journal.record([Outcome(name="a.jpg", image="2.jpg", size=1)])
    journal.close()
    assert Journal(first_version).counts()["uprighted"] == 0
