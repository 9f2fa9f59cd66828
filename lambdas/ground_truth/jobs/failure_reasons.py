"""Why objects and jobs fail, in plain words and with what to do (contract section 15).

The texts of the engine are its own. Ground Truth publishes none of its texts: its patterns are of those seen by users.
"""

import re
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a failure reason means, and what to do."""

    meaning: str
    fix: str

    def as_json(self) -> dict[str, str]:
        """The explanation for programs."""
        return asdict(self)


_KNOWN = (
    (
        r"no worker answered|tasks? expired",
        "the time ran out before somebody answered",
        "give the task more time or more people, then retry",
    ),
    (
        r"workers declined",
        "as many workers declined the object as were to answer it",
        "look at the object; take it out, or make the instructions say what to do with such a one, then retry",
    ),
    (
        r"no worker chose a label",
        "the workers answered without choosing a label",
        "let the form require a choice, or add a label for 'none of these', then retry",
    ),
    (
        r"returned no annotation for the object",
        "the post-annotation function left the object out",
        "look for the object in the function's log, correct the function, then retry",
    ),
    (
        r"not of the task's shape|is not readable|has sides that are no numbers|has no '|not an object with",
        "the form of the worker template sends answers that the post-annotation function does not expect",
        "see what it sends with ground-truth preview, make the template and the task's type agree, then retry",
    ),
    (
        r"masks differ in size",
        "workers were shown the image in different sizes",
        "do not change images while a job runs; retry",
    ),
    (
        r"task input has .* characters",
        "the pre-annotation function gives the page more than fits",
        "leave out of the task input what the template does not use, then retry",
    ),
    (
        r"should answer with|answered with text that is not JSON",
        "a function does not answer as the contract demands",
        "let the pre-annotation function give {'taskInput': {...}}, the post-annotation function a list; retry",
    ),
    (
        r"AccessDenied|not authorized|permission to|Forbidden",
        "a role may not do what the job needs",
        "run ground-truth doctor: it names the permission that is missing",
    ),
    (
        r"cannot be called|Function not found",
        "a function could not be called",
        "run ground-truth doctor; deploy the stack again if the function is gone",
    ),
    (
        r"timed out",
        "a function took longer than it may",
        "see its log; give it more time or memory, then retry",
    ),
    (
        r"OutOfMemory|MemoryError|out of memory|signal: killed",
        "a function had too little memory",
        "give it more memory, then retry",
    ),
    (
        r"LambdaErrorCode|invoking the Lambda function|\S+ failed: ",
        "a function raised an error",
        "the reason, or the function's log, says which; correct it, then retry",
    ),
    (
        r"NoSuchKey|NoSuchBucket|does not exist|cannot be read",
        "a file is not where the manifest or the task names it",
        "run ground-truth doctor with --manifest: it names the files",
    ),
    (
        r"ManifestError|line \d+: ",
        "the input manifest cannot be read",
        "run ground-truth manifest check: it names every bad line",
    ),
    (
        r"ContractError|should be .*, got ",
        "the request has a value that no job can be made of",
        "correct the task and deploy the stack again",
    ),
    (
        r"hex-color",
        "the masks to adjust have labels without a colour",
        "take masks of a Ground Truth job, whose manifest has the colours",
    ),
    (
        r"FreeOfPersonallyIdentifiableInformation|[Pp]ublic workforce|public-crowd",
        "the job was sent to the public crowd, which is closed",
        "choose another workforce and deploy the stack again",
    ),
    (
        r"ResourceLimitExceeded",
        "a quota of the account is used up",
        "wait for other jobs to end, or have the quota raised",
    ),
    (
        r"no longer open to new customers|OptInRequired|SubscriptionRequired",
        "Ground Truth takes no new customers since 2026-07-30",
        "use the self-hosted engine",
    ),
)
_PATTERNS = tuple((re.compile(pattern), Explanation(meaning=meaning, fix=fix)) for pattern, meaning, fix in _KNOWN)


def explain_failure(reason: str) -> Explanation | None:
    """What a failure reason means, and what to do; None for one that is not known."""
    return next((explanation for pattern, explanation in _PATTERNS if pattern.search(reason)), None)
