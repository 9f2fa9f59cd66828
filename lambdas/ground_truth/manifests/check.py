"""Checks an input manifest before a job is started with it: every line, with its number (contract section 2)."""

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator

from ground_truth.contract.errors import ContractError
from ground_truth.contract.findings import Finding, Level
from ground_truth.contract.json_text import json_length
from ground_truth.contract.limits import MANIFEST_ATTRIBUTE_CHARACTERS, MANIFEST_LINE_CHARACTERS
from ground_truth.contract.names import check_label_attribute_name
from ground_truth.contract.task_types import TaskType
from ground_truth.manifests import faults as faults
from ground_truth.manifests.faults import CHECKS, Fault
from ground_truth.manifests.lines import (
    Lines,
    ManifestError,
    Record,
    bounded_lines,
    parse_line,
    without_byte_order_mark,
)
from ground_truth.manifests.rules import FoundFault, Rules, shown

__all__ = ["CHECKS", "MOST_OF_A_KIND", "check_manifest"]

MOST_OF_A_KIND = 20

_LONGEST_LINE_BYTES = 4 * MANIFEST_LINE_CHARACTERS + len("\r\n")
# Python's integers grow by thirty bits: a larger hash would take half as much memory again.
_SIXTY_BITS = (1 << 60) - 1
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check_manifest(
    lines: Lines,
    *,
    task_type: TaskType | None = None,
    label_attribute: str = "",
    audited_attribute: str = "",
    quotas: bool = True,
    most_of_a_kind: int = MOST_OF_A_KIND,
) -> Iterator[Finding]:
    """Yields what is wrong with the manifest, line by line, and at the end how many objects it has.

    Without ``task_type`` the rules that differ from type to type are left out; without ``label_attribute``
    (the one the job is to write), those on labels already there. ``audited_attribute`` is the label that a
    verification or adjustment reviews; by default any of the audited type will do. Without ``quotas`` a job takes
    as many objects as there are: Ground Truth alone limits them. Of one kind at most
    ``most_of_a_kind`` findings are yielded, then their number. Memory is that of one line and some eighty
    bytes an object, to see repetitions. Raises ContractError for attributes that no job could have.
    """
    _check_attributes(label_attribute, audited_attribute, task_type)
    rules = Rules(task_type=task_type, label_attribute=label_attribute, audited_attribute=audited_attribute)
    return _abridged(_findings(lines, rules, quotas), most_of_a_kind)


def _findings(lines: Lines, rules: Rules, quotas: bool) -> Iterator[Finding]:
    objects = blank = 0
    number = 0
    # Hashes instead of addresses; of a million, two are equal by chance in one manifest of two million.
    seen: set[int] = set()
    for number, raw in enumerate(bounded_lines(lines), 1):
        if raw.isspace() or not raw:
            # Whether blank lines matter is known when the next line comes, or none.
            blank += 1
            continue
        for earlier in range(number - blank, number):
            yield _finding(faults.BLANK_LINE, earlier, "a blank line")
        blank = 0
        objects += 1
        try:
            if number == 1 or len(raw) > MANIFEST_ATTRIBUTE_CHARACTERS:
                yield from _finding_each(_raw_faults(raw, number), number)
                raw = without_byte_order_mark(raw) if number == 1 else raw
            record = parse_line(raw)
        except ManifestError as error:
            yield _finding(error.fault, number, error.found)
            continue
        for fault, found in rules.faults(record):
            yield _finding(fault, number, found)
        source = record.get("source-ref", record.get("source"))
        if isinstance(source, str):
            known = len(seen)
            seen.add(hash(source) & _SIXTY_BITS)
            if len(seen) == known:
                yield _finding(faults.REPEATED_OBJECT, number, f"{shown(source)} is in an earlier line too")
    if blank:
        yield _finding(faults.BLANK_END, number - blank + 1, f"{blank} blank line{'s' * (blank > 1)} at the end")
    yield _count_finding(objects, rules.task_type if quotas else None)


def _finding(fault: Fault, line: int, found: str) -> Finding:
    return Finding(check=fault, level=fault.level, fact=found, where=f"line {line}", fix=fault.fix)


def _finding_each(found_faults: Iterable[FoundFault], line: int) -> Iterator[Finding]:
    return (_finding(fault, line, found) for fault, found in found_faults)


def _raw_faults(raw: bytes, number: int) -> Iterator[FoundFault]:
    """What only first lines and long lines can have.

    Raises ManifestError if no more can be said of the line.
    """
    if number == 1 and raw.startswith(codecs.BOM_UTF8):
        yield faults.BYTE_ORDER_MARK, "a byte order mark at the beginning of the file"
    if number == 1 and raw.startswith(_UTF_16):
        raise ManifestError(faults.ENCODING, "the file is UTF-16, so that no line can be read")
    too_long = f"more than {MANIFEST_LINE_CHARACTERS:,} characters"
    if len(raw) > _LONGEST_LINE_BYTES:
        raise ManifestError(faults.LINE_LENGTH, too_long)
    if len(raw.decode(errors="replace").rstrip("\r\n")) > MANIFEST_LINE_CHARACTERS:
        yield faults.LINE_LENGTH, too_long
    if len(raw) > MANIFEST_ATTRIBUTE_CHARACTERS:
        yield from _attribute_faults(parse_line(raw))


def _attribute_faults(record: Record) -> Iterator[FoundFault]:
    for key, value in record.items():
        # A text has its own characters, whatever stands for them in the file.
        length = len(value) if isinstance(value, str) else json_length(value)
        if length > MANIFEST_ATTRIBUTE_CHARACTERS:
            yield faults.ATTRIBUTE_LENGTH, f"{shown(key)} has {length:,} characters"


def _count_finding(objects: int, task_type: TaskType | None) -> Finding:
    found = f"{objects:,} object{'s' * (objects != 1)}"
    if task_type is not None and objects > task_type.max_objects:
        found += f", but a {task_type.key} job takes {task_type.max_objects:,}"
        return Finding(check=faults.OBJECTS, level=Level.PROBLEM, fact=found, fix=faults.OBJECTS.fix)
    if not objects:
        fix = "write a line for each object"
        return Finding(check=faults.OBJECTS, level=Level.PROBLEM, fact=found, fix=fix)
    return Finding(check=faults.OBJECTS, level=Level.OK, fact=found)


def _abridged(findings: Iterable[Finding], most: int) -> Iterator[Finding]:
    """Passes on the first ``most`` findings of each check, and at the end how many more there were."""
    counts: Counter[str] = Counter()
    last = {}
    for finding in findings:
        counts[finding.check.id] += 1
        last[finding.check.id] = finding
        if counts[finding.check.id] <= most:
            yield finding
    for check, count in counts.items():
        if count > most:
            found = f"and {count - most:,} more lines where this does not hold: {last[check].check.meaning.rstrip('.')}"
            yield Finding(check=last[check].check, level=last[check].level, fact=found, fix=last[check].fix)


def _check_attributes(label_attribute: str, audited_attribute: str, task_type: TaskType | None) -> None:
    if label_attribute and task_type is not None:
        check_label_attribute_name(label_attribute, task_type)
    if label_attribute and label_attribute == audited_attribute:
        raise ContractError(
            "label_attribute", label_attribute, "another name than that of the reviewed label", "choose another"
        )
