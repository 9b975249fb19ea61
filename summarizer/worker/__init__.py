"""The process that holds the model, so that the bot stays quick and survives its death.

``worker`` decides what the process does next, ``child`` is the parent's hold on it, ``process``
is its life, and ``messages`` are what the two say to each other.
"""

from summarizer.worker.limits import Limits
from summarizer.worker.process import serve
from summarizer.worker.report import STATES, WorkerReport, count_reason
from summarizer.worker.worker import SummaryWorker, WorkerClosedError

__all__ = [
    "STATES",
    "Limits",
    "SummaryWorker",
    "WorkerClosedError",
    "WorkerReport",
    "count_reason",
    "serve",
]
