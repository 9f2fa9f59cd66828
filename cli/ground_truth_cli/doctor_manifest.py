"""Checks of the manifest: its lines, and whether its labels and workload suit the task (contract sections 2 and 14)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from ground_truth import limits
from ground_truth.checks import Check, Finding
from ground_truth.cost import SECONDS_PER_ANSWER, Backend, estimate
from ground_truth.errors import ContractError
from ground_truth.label_categories import read_labels
from ground_truth.s3 import split_uri
from ground_truth.task_types import TASK_TYPES, TaskType
from ground_truth_cli.doctor_task import read
from ground_truth_cli.looking import Examined, look, ok, problem, warning
from ground_truth_cli.refusals import code_of

EXISTS = Check(
    "manifest.exists",
    "The manifest is there and has lines",
    "a job of a missing or empty manifest is refused",
)
LINES = Check(
    "manifest.lines",
    "Every line is a JSON object with one of 'source-ref' and 'source' (images: 'source-ref'), of allowed length",
    "a broken line stops the job at its start, or fails the object",
)
COUNT = Check(
    "manifest.count",
    "There are no more objects than one job of this type takes",
    "a job of more is refused: split the manifest",
)
DUPLICATES = Check(
    "manifest.duplicates",
    "No object is listed twice",
    "each line is labeled, and paid, again",
)
ATTRIBUTE = Check(
    "manifest.label-attribute",
    "No line already has the label attribute of the job",
    "such objects count as labeled and are skipped; the earlier labels are what comes out",
)
REVIEW = Check(
    "manifest.review",
    "A manifest for review comes from an earlier job with the same labels, without failed objects",
    "unlabeled and failed lines fail in a review job and may be billed; segmentation needs the colours of its masks",
)
WORKLOAD = Check(
    "manifest.workload",
    "The people can finish a batch before its tasks expire",
    "expired objects end as 'Completed with labeling errors', and nothing of them is kept",
)
COST = Check(
    "manifest.cost",
    "What the job will cost",
    "cost is objects x fee + answers x price; a review bills the objects again",
)
CHECKS = (EXISTS, LINES, COUNT, DUPLICATES, ATTRIBUTE, REVIEW, WORKLOAD, COST)

LINE_LENGTH = 100_000
ATTRIBUTE_LENGTH = 20_000
# A worker who labels in the working week: six hours of each working day.
_SHARE_OF_TIME_WORKED = 6 * 5 / (24 * 7)
_TOLD = 5

Line = Mapping[str, Any]


@dataclass(kw_only=True)
class Manifest:
    """What one reading of a manifest keeps: memory grows with the images' addresses, not with the labels.

    ``sample`` holds the addresses of at most ``sample_size`` images, picked evenly; ``attributes`` counts the
    lines that have labels of an earlier job, by attribute.
    """

    uri: str
    sample_size: int
    count: int = 0
    text_count: int = 0
    first: Line | None = None
    flaws: list[tuple[int, str]] = field(default_factory=list)
    flaw_count: int = 0
    duplicates: list[tuple[int, str]] = field(default_factory=list)
    buckets: set[str] = field(default_factory=set)
    sample: list[str] = field(default_factory=list)
    attributes: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[int, str]] = field(default_factory=list)
    labels: dict[str, set[str]] = field(default_factory=dict)
    colourless: Counter[str] = field(default_factory=Counter)


def read_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, Line | str]]:
    """Yields (number from 1, the line's object, or a text that says what is wrong with it)."""
    blank: list[int] = []
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            blank.append(number)
            continue
        # Blank lines at the end harm nobody; those before another line do.
        yield from ((earlier, "is blank") for earlier in blank)
        blank.clear()
        yield number, _parse(raw)


def _parse(raw: bytes) -> Line | str:
    if raw.startswith(b"\xef\xbb\xbf"):
        return "begins with a byte order mark: save the file as UTF-8 without one"
    try:
        text = raw.decode()
        line = json.loads(text)
    except UnicodeDecodeError:
        return "is not UTF-8"
    except json.JSONDecodeError as error:
        return f"is not JSON: {error.msg} at character {error.colno}; write lines with json.dumps"
    if not isinstance(line, dict):
        return "is not a JSON object"
    return _flaw(line, len(text)) or line


def _flaw(line: Line, length: int) -> str | None:
    data = [key for key in ("source-ref", "source") if key in line]
    if len(data) != 1:
        return f"needs either 'source-ref' or 'source', has {sorted(line)[:_TOLD]}"
    if length > LINE_LENGTH:
        return f"has {length} characters, at most {LINE_LENGTH} are allowed"
    for key, value in line.items():
        if key.startswith("$"):
            return f"has the attribute {key!r}: names must not begin with $"
        if isinstance(value, str) and len(value) > ATTRIBUTE_LENGTH:
            return f"has {len(value)} characters in {key!r}, at most {ATTRIBUTE_LENGTH} are allowed"
    if data == ["source-ref"]:
        try:
            split_uri(str(line["source-ref"]))
        except ValueError as error:
            return str(error).replace("'uri'", "'source-ref'")
    return None


def read_manifest(uri: str, lines: Iterable[bytes], *, sample_size: int) -> Manifest:
    """Reads a manifest once, from first line to last."""
    manifest = Manifest(uri=uri, sample_size=sample_size)
    seen: set[int] = set()
    # A fixed seed: the same manifest gives the same sample.
    random = Random(0)
    for number, line in read_lines(lines):
        if isinstance(line, str):
            _note(manifest.flaws, number, line)
            manifest.flaw_count += 1
            continue
        manifest.count += 1
        manifest.first = manifest.first or line
        source = str(line.get("source-ref", line.get("source")))
        if hash(source) in seen:
            _note(manifest.duplicates, number, source)
        seen.add(hash(source))
        manifest.text_count += "source" in line
        if "source-ref" in line:
            manifest.buckets.add(split_uri(source)[0])
            _pick(manifest, source, random)
        _note_labels(manifest, number, line)
    return manifest


def _note(noted: list[tuple[int, str]], number: int, text: str) -> None:
    if len(noted) < _TOLD:
        noted.append((number, text))


def _pick(manifest: Manifest, source: str, random: Random) -> None:
    if len(manifest.sample) < manifest.sample_size:
        manifest.sample.append(source)
    elif (place := random.randrange(manifest.count)) < manifest.sample_size:
        manifest.sample[place] = source


def _note_labels(manifest: Manifest, number: int, line: Line) -> None:
    for key, metadata in line.items():
        attribute = key.removesuffix("-metadata")
        if attribute == key or not isinstance(metadata, dict):
            continue
        if "failure-reason" in metadata:
            _note(manifest.failed, number, attribute)
        if attribute not in line:
            continue
        manifest.attributes[attribute] += 1
        class_map, colours = metadata.get("class-map"), metadata.get("internal-color-map")
        if isinstance(class_map, dict):
            manifest.labels.setdefault(attribute, set()).update(map(str, class_map.values()))
        if isinstance(colours, dict):
            named = {str(entry.get("class-name")) for entry in colours.values()} - {"BACKGROUND"}
            manifest.labels.setdefault(attribute, set()).update(named)
            manifest.colourless[attribute] += not all("hex-color" in entry for entry in colours.values())


def open_manifest(examined: Examined, uri: str, *, sample_size: int) -> tuple[Manifest | None, list[Finding]]:
    """Reads the manifest from S3, and says whether it is there; None where it cannot be read."""
    read: list[Manifest] = []
    findings = list(_reading(examined, uri, read, sample_size))
    return (read[0] if read else None), findings


@look(EXISTS, needs="s3:GetObject")
def _reading(examined: Examined, uri: str, into: list[Manifest], sample_size: int) -> Iterator[Finding]:
    bucket, key = split_uri(uri)
    try:
        body = examined.deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        if code_of(error) not in ("NoSuchKey", "NoSuchBucket"):
            raise
        yield problem(EXISTS, uri, "is not there", "correct the address, or put the manifest there")
        return
    manifest = read_manifest(uri, body.iter_lines(chunk_size=1 << 20), sample_size=sample_size)
    into.append(manifest)
    if manifest.count:
        yield ok(EXISTS, uri, f"has {manifest.count} objects in {len(manifest.buckets)} buckets")
    else:
        yield problem(EXISTS, uri, "has no object that could be labeled", "write one JSON object a line")


def check_manifest(examined: Examined, manifest: Manifest, members: int | None) -> Iterator[Finding]:
    """Checks a manifest that was read; ``members`` is how many people work, None where unknown."""
    task_type = TASK_TYPES.get(examined.task.type)
    yield _lines(manifest)
    if task_type is not None and task_type.element and manifest.text_count:
        yield problem(
            LINES,
            manifest.uri,
            f"{manifest.text_count} lines have 'source', which is text: {task_type.key} takes images",
            "give each image as 'source-ref' with its s3:// address",
        )
    if task_type:
        yield _count(manifest, task_type)
    yield _duplicates(manifest)
    yield _attribute(examined, manifest)
    yield from _review(examined, examined.task.label_categories or "", manifest)
    yield _workload(examined, manifest, members)
    if task_type:
        yield from _cost(examined, manifest, task_type)


def _lines(manifest: Manifest) -> Finding:
    if not manifest.flaw_count:
        return ok(LINES, manifest.uri, f"all {manifest.count} lines are well formed")
    told = "; ".join(f"line {number} {text}" for number, text in manifest.flaws)
    more = f"; and {manifest.flaw_count - len(manifest.flaws)} more" * (manifest.flaw_count > len(manifest.flaws))
    return problem(LINES, manifest.uri, told + more, "ground-truth manifest check tells of every line")


def _count(manifest: Manifest, task_type: TaskType) -> Finding:
    if manifest.count > task_type.max_objects:
        return problem(
            COUNT,
            manifest.uri,
            f"has {manifest.count} objects, a job of {task_type.key} takes {task_type.max_objects}",
            "split it into several jobs",
        )
    return ok(COUNT, manifest.uri, f"{manifest.count} of at most {task_type.max_objects} objects")


def _duplicates(manifest: Manifest) -> Finding:
    if not manifest.duplicates:
        return ok(DUPLICATES, manifest.uri, "no object is listed twice")
    told = "; ".join(f"line {number}: {source[:120]}" for number, source in manifest.duplicates)
    return warning(DUPLICATES, manifest.uri, f"lists objects again: {told}", "take the repeated lines out")


def _attribute(examined: Examined, manifest: Manifest) -> Finding:
    attribute = examined.request["LabelAttributeName"]
    labeled = manifest.attributes[attribute]
    if labeled == 0:
        return ok(ATTRIBUTE, manifest.uri, f"no line has the attribute {attribute!r} yet")
    report = problem if labeled == manifest.count else warning
    return report(
        ATTRIBUTE,
        manifest.uri,
        f"{labeled} of {manifest.count} lines already have {attribute!r}, and would be skipped",
        "take their labels out of the manifest, or give the task another label_attribute_name",
    )


@look(REVIEW, needs="s3:GetObject")
def _review(examined: Examined, categories: str, manifest: Manifest) -> Iterator[Finding]:
    reviewed = [name for name in manifest.attributes if name != examined.request["LabelAttributeName"]]
    reviews = any(word in examined.task.type for word in ("verification", "adjustment"))
    if manifest.failed:
        told = ", ".join(f"line {number} ({attribute})" for number, attribute in manifest.failed)
        yield warning(
            REVIEW,
            manifest.uri,
            f"has objects that failed in an earlier job: {told}",
            "take lines with 'failure-reason' out before a review; for a new try they may stay",
        )
    if not reviews:
        return
    if not reviewed:
        yield problem(
            REVIEW, manifest.uri, "has no labels of an earlier job to review", "give the output manifest of that job"
        )
        return
    unlabeled = manifest.count - max(manifest.attributes[name] for name in reviewed)
    if unlabeled:
        yield warning(
            REVIEW,
            manifest.uri,
            f"{unlabeled} lines have no labels to review",
            "take them out: they fail, and may bill",
        )
    expected = set(read_labels(read(examined, categories))) if categories and "adjust" in examined.task.type else None
    for name in reviewed:
        strange = sorted(manifest.labels.get(name, set()) - expected) if expected is not None else []
        if strange:
            yield problem(
                REVIEW,
                manifest.uri,
                f"{name!r} has labels that the task does not have: {', '.join(strange[:_TOLD])}",
                "give the review task the same labels as the earlier job",
            )
        if manifest.colourless[name]:
            yield problem(
                REVIEW,
                manifest.uri,
                f"{manifest.colourless[name]} masks of {name!r} have no 'hex-color' in their metadata",
                "add the colours that the masks are painted with to 'internal-color-map'",
            )
    yield ok(REVIEW, manifest.uri, f"reviews {', '.join(repr(name) for name in reviewed)}")


def _workload(examined: Examined, manifest: Manifest, members: int | None) -> Finding:
    config = examined.request["HumanTaskConfig"]
    workers = config["NumberOfHumanWorkersPerDataObject"]
    lifetime = config.get("TaskAvailabilityLifetimeInSeconds", limits.AVAILABILITY_SECONDS[-1])
    batch = min(manifest.count, config.get("MaxConcurrentTaskCount", limits.CONCURRENT_OBJECTS_WITHOUT_QUOTA))
    people = members or workers
    seconds = SECONDS_PER_ANSWER.get(examined.task.type, SECONDS_PER_ANSWER["custom"])
    needed = batch * workers * seconds / people / _SHARE_OF_TIME_WORKED
    told = (
        f"a batch of {batch} objects x {workers} answers takes {people} people about {_days(needed)} "
        f"(assumed: {seconds} s an answer, 30 hours a week"
        + ("" if members else f", {people} people as the team's size is unknown")
        + f"); its tasks expire after {_days(lifetime)}"
    )
    if needed > lifetime:
        return warning(
            WORKLOAD,
            manifest.uri,
            told,
            "raise task_availability_lifetime_in_seconds, lower max_concurrent_task_count, or add people",
        )
    if members is not None and members < workers:
        return problem(
            WORKLOAD,
            manifest.uri,
            f"each object needs {workers} different workers, the team has {members}",
            "add people, or lower number_of_human_workers_per_data_object",
        )
    return ok(WORKLOAD, manifest.uri, told)


def _cost(examined: Examined, manifest: Manifest, task_type: TaskType) -> Iterator[Finding]:
    workers = examined.request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]
    price = examined.request["HumanTaskConfig"].get("PublicWorkforceTaskPrice", {}).get("AmountInUsd", {})
    tenths = 1000 * price.get("Dollars", 0) + 10 * price.get("Cents", 0) + price.get("TenthFractionsOfACent", 0)
    try:
        found = estimate(
            task_type,
            objects=manifest.count,
            workers=workers,
            backend=Backend(examined.task.workforce),
            price_usd=f"{tenths / 1000:.3f}" if tenths else None,
            region=examined.deployment.region,
        )
    except (ContractError, ValueError) as error:
        yield warning(COST, manifest.uri, str(error), "see ground-truth estimate")
        return
    yield ok(COST, manifest.uri, f"about USD {found.total_usd:.2f} ({found.backend}); see ground-truth estimate")


def _days(seconds: float) -> str:
    return f"{seconds / 86_400:.1f} days" if seconds >= 86_400 else f"{seconds / 3_600:.1f} hours"
