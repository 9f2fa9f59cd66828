"""What the batches of a job taught about its workers: one stored record a batch, so that none disturbs another."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.aws.s3 import Files
from ground_truth.consolidation.counts import StoredCounts, check_counts, merge_counts
from ground_truth.contract.errors import InputError

_log = logging.getLogger(__name__)

# The newest so many batches are read: enough to know every worker by, and a bound on time and cost.
BATCHES_READ = 200
_READS_AT_ONCE = 10
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class SkillStore:
    """The records of one job, in ``folder_uri``.

    Each batch writes only the record that has its own name and reads only those of others. So concurrent
    batches add up, and a batch that comes again replaces what it wrote. A store that fails costs some
    knowledge of the workers, never the batch: what went wrong is logged.
    """

    files: Files
    folder_uri: str

    def of_other_batches(self, batch: str) -> StoredCounts:
        """The merged counts of all batches but this one; of the newest where there are very many."""
        try:
            others = [stored for stored in self.files.list(self.folder_uri) if stored.uri != self._uri(batch)]
            newest = sorted(others, key=lambda stored: (stored.modified, stored.uri))[-BATCHES_READ:]
            with ThreadPoolExecutor(_READS_AT_ONCE) as pool:
                return merge_counts(pool.map(self._read, (stored.uri for stored in newest)))
        except (ClientError, BotoCoreError) as error:
            _log.warning(json.dumps({"workerSkill": self.folder_uri, "notRead": str(error)}))
            return {}

    def put(self, batch: str, counts: StoredCounts) -> None:
        """Keeps what a batch taught, in place of what it taught before."""
        try:
            record = json.dumps({"version": _VERSION, "counts": counts}, sort_keys=True)
            self.files.write(self._uri(batch), record.encode(), "application/json")
        except (ClientError, BotoCoreError) as error:
            _log.warning(json.dumps({"workerSkill": self._uri(batch), "notKept": str(error)}))

    def _uri(self, batch: str) -> str:
        return f"{self.folder_uri}/{batch}.json"

    def _read(self, uri: str) -> StoredCounts:
        try:
            record = json.loads(self.files.read(uri))
            if record["version"] != _VERSION:
                raise InputError(f"'version' should be {_VERSION}, got {record['version']!r}: another release wrote it")
            return check_counts(record["counts"])
        except (KeyError, TypeError, ValueError, InputError) as error:
            _log.warning(json.dumps({"workerSkill": uri, "notRead": str(error)}))
            return {}
