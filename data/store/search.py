"""Searching the stored releases by words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.models import Language
from data.search import make_query
from data.store.database import from_text

# A word in a title tells eight times as much as one in a body.
_RANK = "bm25(search, 8.0, 1.0, 8.0, 1.0)"
# Of those that fit best so many are put in order; nobody pages further.
MOST_RANKED = 300
# A release of today counts up to half as much again as an old one of the same words.
RECENT = 0.5
RECENT_DAYS = 30.0


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        seqs: numbers of the releases, the best first.
        has_all: whether they have all the words, and not just any.
    """

    seqs: tuple[int, ...]
    has_all: bool = True


class Search:
    """Every query on the index of words."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(
        self,
        typed: str,
        now: datetime,
        *,
        language: Language | None = None,
        is_unfinished: bool = False,
    ) -> Found:
        """The releases that have all the words that were typed, else those that have any.

        Args:
            typed: what is looked for, in either language; all of it is literal.
            now: the present, for the more recent come first where the words tell no difference.
            language: only the texts in this language count; None for both.
            is_unfinished: whether the last word may be the beginning of one.
        """
        for any_word in (False, True):
            query = make_query(typed, any_word=any_word, is_unfinished=is_unfinished)
            if query is None:
                break
            if language is not None:
                query = f"{{title_{language} body_{language}}} : ({query})"
            seqs = self._rank(query, now)
            if seqs:
                return Found(tuple(seqs), has_all=not any_word)
        return Found(())

    def _rank(self, query: str, now: datetime) -> Sequence[int]:
        rows = self._db.execute(
            f"SELECT search.rowid, {_RANK} AS rank, issued_at FROM search"  # noqa: S608  # our own clause
            " JOIN releases ON releases.seq = search.rowid"
            " WHERE search MATCH ? ORDER BY rank, issued_at DESC LIMIT ?",
            [query, MOST_RANKED],
        ).fetchall()
        ranked = [(rank * _weigh(from_text(issued_at), now), -seq) for seq, rank, issued_at in rows]
        return [-seq for _, seq in sorted(ranked)]


def _weigh(issued_at: datetime, now: datetime) -> float:
    """What a rank is multiplied by; ranks are negative, the best the lowest."""
    days = max(0.0, (now - issued_at).total_seconds() / 86_400)
    return 1 + RECENT * math.exp(-days / RECENT_DAYS)
