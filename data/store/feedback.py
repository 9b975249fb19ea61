"""What people think of summaries, with what they had before them when they said so."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlite_utils import Database

from data.models import Method, ReleaseText, Summary
from data.store.database import to_text, write

Verdict = Literal["good", "bad", "wrong"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True)
class FeedbackCount:
    """How many people thought what of the summaries by one method and model."""

    method: Method
    model: str | None
    good: int
    bad: int
    wrong: int


class Feedback:
    """Every query on feedback."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(
        self, chat_id: int, user_id: int, text: ReleaseText, summary: Summary
    ) -> Verdict | None:
        """What a person said of a summary of the present version of a text."""
        row = self._db.execute(
            "SELECT verdict FROM feedback WHERE chat_id = ? AND user_id = ? AND text_id = ?"
            " AND language = ? AND version = ?",
            [chat_id, user_id, text.id, summary.language, text.version],
        ).fetchone()
        return row[0] if row else None

    def give(
        self,
        chat_id: int,
        user_id: int,
        text: ReleaseText,
        summary: Summary,
        verdict: Verdict,
        now: datetime,
        unsupported: Sequence[str] = (),
    ) -> None:
        """Keep what a person says, in the place of what they said before.

        Where the summary is said to be wrong both texts are kept as they are, and ``unsupported``,
        what the check says of them now.
        """
        is_wrong = verdict == "wrong"
        faults = json.dumps(list(unsupported), ensure_ascii=False)
        source = f"{text.title}\n\n{text.body}"
        evidence = (summary.text, source, faults) if is_wrong else (None, None, None)
        with write(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO feedback (chat_id, user_id, text_id, language, version,"
                " verdict, method, model, summary, source, unsupported, given_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(chat_id, user_id, text.id, summary.language, text.version, verdict),
                    *(summary.method, summary.model, *evidence, to_text(now)),
                ],
            )

    def take_back(self, chat_id: int, user_id: int, text: ReleaseText, summary: Summary) -> None:
        """Forget what a person said of a summary."""
        with write(self._db):
            self._db.execute(
                "DELETE FROM feedback WHERE chat_id = ? AND user_id = ? AND text_id = ?"
                " AND language = ? AND version = ?",
                [chat_id, user_id, text.id, summary.language, text.version],
            )

    def list_counts(self, since: datetime) -> list[FeedbackCount]:
        """What was said since then, by the method and model that wrote the summaries."""
        rows = self._db.execute(
            "SELECT method, model, sum(verdict = 'good'), sum(verdict = 'bad'),"
            " sum(verdict = 'wrong') FROM feedback WHERE given_at >= ?"
            " GROUP BY method, model ORDER BY method, model",
            [to_text(since)],
        )
        return [FeedbackCount(*row) for row in rows.fetchall()]
