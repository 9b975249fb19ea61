"""What waits for the model's process, and in which order; no I/O.

The most wanted and newest first, translations after summaries. A release in whose company the
process died is tried alone, so that the next death tells which it was.
"""

import asyncio
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from data.models import Release, Summary


@dataclass(eq=False, slots=True)
class Job:
    """A release to summarise, or one whose summaries (``told``) are to be translated."""

    number: int
    release: Release
    answer: asyncio.Future[tuple[Summary, ...]]
    told: tuple[Summary, ...] | None = None
    deaths: int = 0

    @property
    def alone(self) -> bool:
        """Whether nothing may go with it."""
        return self.deaths > 0 or self.told is not None


class Waiting:
    """The jobs that wait; those whose caller has given up count no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: list[Job] = []

    def __len__(self) -> int:
        self._jobs = [job for job in self._jobs if not job.answer.done()]
        return len(self._jobs)

    @property
    def is_full(self) -> bool:
        """Whether whoever brings more has to wait."""
        return len(self) >= self._most

    def add(self, jobs: Iterable[Job]) -> None:
        """Let them wait; those that come back do so whether or not there is room."""
        self._jobs += jobs

    def take(self, most: int, wanted: Container[str]) -> list[Job]:
        """The next jobs that may go together, no release twice among them; they wait no more."""
        ranked = sorted((job for job in self._jobs if not job.answer.done()), key=_rank(wanted))
        batch = ranked[:1]
        if batch and not batch[0].alone:
            ids = {batch[0].release.id}
            for job in ranked[1:]:
                if len(batch) < most and not job.alone and job.release.id not in ids:
                    batch.append(job)
                    ids.add(job.release.id)
        self._jobs = [job for job in ranked if job not in batch]
        return batch

    def clear(self) -> list[Job]:
        """All of them; they wait no more."""
        jobs, self._jobs = self._jobs, []
        return jobs


def _rank(wanted: Container[str]) -> Callable[[Job], tuple[bool, bool, float]]:
    def rank(job: Job) -> tuple[bool, bool, float]:
        release = job.release
        return release.id not in wanted, job.told is not None, -release.issued_at.timestamp()

    return rank
