"""Checks an input manifest before a job is started with it: every line, with its number (contract section 2)."""

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from ground_truth.contract.errors import ContractError, InputError
from ground_truth.contract.findings import Finding, Level, in_line
from ground_truth.contract.json_text import json_length
from ground_truth.contract.limits import MANIFEST_ATTRIBUTE_CHARACTERS, MANIFEST_LINE_CHARACTERS
from ground_truth.contract.names import check_label_attribute_name
from ground_truth.contract.task_types import TaskType
from ground_truth.manifests import faults
from ground_truth.manifests.faults import CHECKS, Fault
from ground_truth.manifests.lines import Lines, ManifestError, bounded_lines, parse_line
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.rules import Breach, Rules, shown

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
    on_line: Callable[[ManifestLine], None] = lambda line: None,
) -> Iterator[Finding]:
    """Yields what is wrong with the manifest, line by line, and at the end how many objects it has.

    Without ``task_type`` the rules that differ from type to type are left out; without ``label_attribute``
    (the one the job is to write), those on labels already there. ``audited_attribute`` is the label that a
    verification or adjustment reviews; by default any of the audited type will do. Without ``quotas`` a job takes
    as many objects as there are: Ground Truth alone limits them. Of one kind at most
    ``most_of_a_kind`` findings are yielded, then their number. ``on_line`` gets each line that can be read, for
    those who want to know more of the manifest than what is wrong with it. Memory is that of one line and some eighty
    bytes an object, to see repetitions. Raises ContractError for attributes that no job could have.
    """
    _check_attributes(label_attribute, audited_attribute, task_type)
    rules = Rules(task_type=task_type, label_attribute=label_attribute, audited_attribute=audited_attribute)
    return _abridged(_findings(lines, rules, on_line, quotas), most_of_a_kind)


def _findings(lines: Lines, rules: Rules, on_line: Callable[[ManifestLine], None], quotas: bool) -> Iterator[Finding]:
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
        is_long = len(raw) > MANIFEST_ATTRIBUTE_CHARACTERS
        try:
            if number == 1 or is_long:
                yield from _finding_each(_raw_breaches(raw, number), number)
            line = parse_line(raw, number)
        except ManifestError as error:
            yield _finding(error.fault, number, error.fact)
            continue
        on_line(line)
        if is_long:
            yield from _finding_each(_long_attributes(line), number)
        yield from _finding_each(rules.breaches(line), number)
        source = line.content.get("source-ref", line.content.get("source"))
        if isinstance(source, str):
            before = len(seen)
            seen.add(hash(source) & _SIXTY_BITS)
            if len(seen) == before:
                yield _finding(faults.REPEATED_OBJECT, number, f"{shown(source)} is in an earlier line too")
    if blank:
        yield _finding(faults.BLANK_END, number - blank + 1, f"{blank} blank line{'s' * (blank > 1)} at the end")
    yield _count_finding(objects, rules.task_type if quotas else None)


def _finding(fault: Fault, number: int, fact: str) -> Finding:
    return Finding(check=fault, level=fault.level, fact=fact, where=in_line(number), fix=fault.fix)


def _finding_each(breaches: Iterable[Breach], number: int) -> Iterator[Finding]:
    return (_finding(fault, number, fact) for fault, fact in breaches)


def _raw_breaches(raw: bytes, number: int) -> Iterator[Breach]:
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


def _long_attributes(line: ManifestLine) -> Iterator[Breach]:
    for key, value in line.content.items():
        # A text has its own characters, whatever stands for them in the file.
        try:
            length = len(value) if isinstance(value, str) else json_length(value)
        except InputError:
            yield faults.JSON, f"{shown(key)} has a number larger than any reader's"
            continue
        if length > MANIFEST_ATTRIBUTE_CHARACTERS:
            yield faults.ATTRIBUTE_LENGTH, f"{shown(key)} has {length:,} characters"


def _count_finding(objects: int, task_type: TaskType | None) -> Finding:
    count = f"{objects:,} object{'s' * (objects != 1)}"
    if task_type is not None and objects > task_type.max_objects:
        count += f", but a {task_type.key} job takes {task_type.max_objects:,}"
        return Finding(check=faults.OBJECTS, level=Level.PROBLEM, fact=count, fix=faults.OBJECTS.fix)
    if not objects:
        fix = "write a line for each object"
        return Finding(check=faults.OBJECTS, level=Level.PROBLEM, fact=count, fix=fix)
    return Finding(check=faults.OBJECTS, level=Level.OK, fact=count)


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
            others = (
                f"and {count - most:,} more lines where this does not hold: {last[check].check.meaning.rstrip('.')}"
            )
            yield Finding(check=last[check].check, level=last[check].level, fact=others, fix=last[check].fix)


def _check_attributes(label_attribute: str, audited_attribute: str, task_type: TaskType | None) -> None:
    if label_attribute and task_type is not None:
        check_label_attribute_name(label_attribute, task_type)
    if label_attribute and label_attribute == audited_attribute:
        raise ContractError(
            "label_attribute", label_attribute, "another name than that of the reviewed label", "choose another"
        )
