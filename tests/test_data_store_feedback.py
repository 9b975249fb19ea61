"""What people think of summaries is kept once for each, and counted by who wrote them."""

import json
from datetime import datetime, timedelta

from factories import make_release, make_summaries

from data.models import Summary
from data.store.feedback import FeedbackCount
from data.store.store import Store

RELEASE = make_release()
TEXT = RELEASE.texts["en"]
SUMMARY: Summary = make_summaries(RELEASE)[0]


def test_a_person_says_one_thing_of_a_summary(store: Store, now: datetime) -> None:
    feedback = store.feedback
    assert feedback.find(1, 7, TEXT, SUMMARY) is None
    feedback.give(1, 7, TEXT, SUMMARY, "good", now)
    feedback.give(1, 7, TEXT, SUMMARY, "bad", now)
    assert feedback.find(1, 7, TEXT, SUMMARY) == "bad"
    assert feedback.find(1, 8, TEXT, SUMMARY) is None
    assert feedback.list_counts(now) == [FeedbackCount("extract", None, 0, 1, 0)]


def test_what_is_taken_back_is_gone_and_the_others_stay(store: Store, now: datetime) -> None:
    store.feedback.give(1, 7, TEXT, SUMMARY, "good", now)
    store.feedback.give(1, 8, TEXT, SUMMARY, "good", now)
    store.feedback.take_back(1, 7, TEXT, SUMMARY)
    assert store.feedback.find(1, 7, TEXT, SUMMARY) is None
    assert store.feedback.find(1, 8, TEXT, SUMMARY) == "good"


def test_another_version_of_a_text_is_judged_anew(store: Store, now: datetime) -> None:
    store.feedback.give(1, 7, TEXT, SUMMARY, "good", now)
    later = TEXT.model_copy(update={"body": f"{TEXT.body} More."})
    assert store.feedback.find(1, 7, later, SUMMARY) is None


def test_the_pair_is_kept_of_what_is_called_wrong_alone(store: Store, now: datetime) -> None:
    store.feedback.give(1, 7, TEXT, SUMMARY, "good", now)
    store.feedback.give(1, 8, TEXT, SUMMARY, "wrong", now, ("the number “13”",))
    kept = store.db.execute(
        "SELECT summary, source, unsupported FROM feedback ORDER BY user_id"
    ).fetchall()
    assert kept[0] == (None, None, None)
    summary, source, unsupported = kept[1]
    assert summary == SUMMARY.text
    assert source == f"{TEXT.title}\n\n{TEXT.body}"
    assert json.loads(unsupported) == ["the number “13”"]


def test_counts_are_by_method_and_model_and_since_a_moment(store: Store, now: datetime) -> None:
    small = SUMMARY.model_copy(update={"method": "model", "model": "small"})
    large = SUMMARY.model_copy(update={"method": "model", "model": "large"})
    for number, summary in enumerate((SUMMARY, small, small, large)):
        store.feedback.give(number, number, TEXT, summary, ("good", "wrong")[number % 2], now)
    assert store.feedback.list_counts(now) == [
        FeedbackCount("extract", None, 1, 0, 0),
        FeedbackCount("model", "large", 0, 0, 1),
        FeedbackCount("model", "small", 1, 0, 1),
    ]
    assert store.feedback.list_counts(now + timedelta(seconds=1)) == []
