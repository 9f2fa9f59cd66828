"""Checks of the manifest as a whole: whether labels, workload and cost suit the task (contract sections 4.4 and 13)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from botocore.exceptions import ClientError

from ground_truth.aws.s3 import split_uri
from ground_truth.contract import limits
from ground_truth.contract.errors import GroundTruthError, InputError
from ground_truth.contract.findings import Check, Finding, ok, problem, warning
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.jobs.cost import estimate_cost
from ground_truth.manifests.check import check_manifest as check_lines
from ground_truth.manifests.manifest_line import LabelRecord, ManifestLine
from ground_truth_cli.account.refusals import code_of
from ground_truth_cli.doctor.probes import PlannedJob, probe
from ground_truth_cli.doctor.task import read

EXISTS = Check(
    "manifest.exists",
    "The manifest is there and has lines",
    "a job of a missing or empty manifest is refused",
)
REVIEW = Check(
    "manifest.review-labels",
    "An adjustment has the labels of the job that it adjusts",
    "boxes of a label that the page does not have cannot be shown",
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
CHECKS = (EXISTS, REVIEW, WORKLOAD, COST)

# A worker who labels in the working week: six hours of each working day.
_SHARE_OF_TIME_WORKED = 6 * 5 / (24 * 7)
# The command that checks manifests tells of more.
_MOST_OF_A_KIND = 3


@dataclass(kw_only=True)
class ManifestSurvey:
    """What one reading of a manifest keeps beside what is wrong with it.

    ``sample`` holds the addresses of at most ``sample_size`` images, picked evenly; ``labels`` are those that
    earlier jobs gave, by attribute.
    """

    uri: str
    sample_size: int
    count: int = 0
    first: ManifestLine | None = None
    buckets: set[str] = field(default_factory=set)
    sample: list[str] = field(default_factory=list)
    labels: dict[str, set[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    # A fixed seed: the same manifest gives the same sample.
    _random: Random = field(default_factory=lambda: Random(0))

    def note(self, line: ManifestLine) -> None:
        """Notes what the other checks need of a line."""
        self.count += 1
        self.first = self.first or line
        for record in line.records:
            if line.has_label(record.attribute):
                self.labels.setdefault(record.attribute, set()).update(_class_names(record))
        if "source-ref" in line.content:
            self._note_image(line.source)

    def _note_image(self, address: str) -> None:
        try:
            bucket, _ = split_uri(address)
        except InputError:
            # The check of the line says what is wrong with it.
            return
        self.buckets.add(bucket)
        if len(self.sample) < self.sample_size:
            self.sample.append(address)
        elif (position := self._random.randrange(self.count)) < self.sample_size:
            self.sample[position] = address


def _class_names(record: LabelRecord) -> set[str]:
    class_map, colours = record.metadata.get("class-map"), record.metadata.get("internal-color-map")
    named = set(map(str, class_map.values())) if isinstance(class_map, dict) else set()
    if isinstance(colours, dict):
        named |= {str(entry.get("class-name")) for entry in colours.values() if isinstance(entry, dict)}
    return named - {"BACKGROUND"}


def survey_manifest(job: PlannedJob, uri: str, *, sample_size: int) -> tuple[ManifestSurvey | None, list[Finding]]:
    """Reads the manifest from S3, and says whether it is there; None where it cannot be read."""
    read: list[ManifestSurvey] = []
    findings = list(_reading(job, uri, read, sample_size))
    return (read[0] if read else None), findings


@probe(EXISTS, needs="s3:GetObject")
def _reading(job: PlannedJob, uri: str, into: list[ManifestSurvey], sample_size: int) -> Iterator[Finding]:
    bucket, key = split_uri(uri)
    try:
        body = job.deployment.aws.s3.get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        if code_of(error) not in ("NoSuchKey", "NoSuchBucket"):
            raise
        yield problem(EXISTS, where=uri, fact="is not there", fix="correct the address, or put the manifest there")
        return
    manifest = ManifestSurvey(uri=uri, sample_size=sample_size)
    lines = body.iter_lines(chunk_size=1 << 20)
    into.append(manifest)
    manifest.findings += check_lines(
        lines,
        task_type=TASK_TYPES.get(job.task.type),
        label_attribute=job.request.get("LabelAttributeName", ""),
        most_of_a_kind=_MOST_OF_A_KIND,
        on_line=manifest.note,
    )
    yield ok(EXISTS, where=uri, fact=f"is there, with images in {len(manifest.buckets)} buckets")


def check_surveyed_manifest(job: PlannedJob, manifest: ManifestSurvey, members: int | None) -> Iterator[Finding]:
    """Checks a manifest that was read; ``members`` is how many people work, None where unknown."""
    for finding in manifest.findings:
        yield replace(finding, where=f"{manifest.uri} {finding.where}".strip())
    task_type = TASK_TYPES.get(job.task.type)
    if manifest.count == 0 or task_type is None:
        return
    # A verification has labels of its own: "right" and "wrong", say.
    if task_type.adjusts and job.task.label_category_config:
        yield from _review(job, job.task.label_category_config, manifest)
    yield _workload(job, manifest, members)
    yield from _cost(job, manifest, task_type)


@probe(REVIEW, needs="s3:GetObject")
def _review(job: PlannedJob, categories: str, manifest: ManifestSurvey) -> Iterator[Finding]:
    expected = set(read_labels(read(job, categories)))
    for attribute, labels in manifest.labels.items():
        if strange := sorted(labels - expected):
            yield problem(
                REVIEW,
                where=manifest.uri,
                fact=f"{attribute!r} has labels that the task does not have: {', '.join(strange)}",
                fix="give the adjustment the same labels as the earlier job",
            )
        else:
            yield ok(REVIEW, where=manifest.uri, fact=f"{attribute!r} has labels of the task only")


def _workload(job: PlannedJob, manifest: ManifestSurvey, members: int | None) -> Finding:
    config = job.request["HumanTaskConfig"]
    workers = config["NumberOfHumanWorkersPerDataObject"]
    lifetime = config.get("TaskAvailabilityLifetimeInSeconds", limits.AVAILABILITY_SECONDS[-1])
    batch = min(manifest.count, config.get("MaxConcurrentTaskCount", limits.CONCURRENT_OBJECTS_WITHOUT_QUOTA))
    people = members or workers
    seconds = TASK_TYPES.get(job.task.type, CUSTOM).seconds_per_answer
    needed = batch * workers * seconds / people / _SHARE_OF_TIME_WORKED
    workload = (
        f"a batch of {batch} objects x {workers} answers takes {people} people about {_days(needed)} "
        f"(assumed: {seconds} s an answer, 30 hours a week"
        + ("" if members else f", {people} people as the team's size is unknown")
        + f"); its tasks expire after {_days(lifetime)}"
    )
    if needed > lifetime:
        return warning(
            WORKLOAD,
            where=manifest.uri,
            fact=workload,
            fix="raise task_availability_lifetime_in_seconds, lower max_concurrent_task_count, or add people",
        )
    if members is not None and members < workers:
        return problem(
            WORKLOAD,
            where=manifest.uri,
            fact=f"each object needs {workers} different workers, the team has {members}",
            fix="add people, or lower number_of_human_workers_per_data_object",
        )
    return ok(WORKLOAD, where=manifest.uri, fact=workload)


def _cost(job: PlannedJob, manifest: ManifestSurvey, task_type: TaskType) -> Iterator[Finding]:
    workers = job.request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]
    price = job.request["HumanTaskConfig"].get("PublicWorkforceTaskPrice", {}).get("AmountInUsd", {})
    tenths = 1000 * price.get("Dollars", 0) + 10 * price.get("Cents", 0) + price.get("TenthFractionsOfACent", 0)
    try:
        cost = estimate_cost(
            task_type,
            objects=manifest.count,
            workers=workers,
            workforce=job.task.workforce,
            price_usd=f"{tenths / 1000:.3f}" if tenths else None,
            region=job.deployment.region,
        )
    except GroundTruthError as error:
        yield warning(COST, where=manifest.uri, fact=str(error), fix="see ground-truth estimate")
        return
    yield ok(
        COST, where=manifest.uri, fact=f"about USD {cost.total_usd:.2f} ({cost.workforce}); see ground-truth estimate"
    )


def _days(seconds: float) -> str:
    return f"{seconds / 86_400:.1f} days" if seconds >= 86_400 else f"{seconds / 3_600:.1f} hours"
