"""The rival crowd-kit, which need not be installed."""

from importlib import import_module
from types import ModuleType

import numpy as np

from ground_truth.consolidation.votes import Votes


def crowd_kit() -> tuple[ModuleType, ModuleType] | None:
    """Pandas and crowd-kit's algorithms; None where they cannot be imported."""
    try:
        return import_module("pandas"), import_module("crowdkit.aggregation")
    except ImportError:
        return None


def crowd_kit_accuracy(votes: Votes, truth: dict[str, str]) -> float | None:
    rival = crowd_kit()
    if rival is None:
        return None
    pandas, algorithms = rival
    columns = {"task": votes.object_of, "worker": votes.worker_of, "label": votes.label_of}
    labels = algorithms.DawidSkene(n_iter=100).fit_predict(pandas.DataFrame(columns))
    judged = [i for i, name in enumerate(votes.objects) if name in truth]
    right = [votes.labels[labels.get(i, 0)] == truth[votes.objects[i]] for i in judged]
    return float(np.mean(right))
