"""A summary that a reader calls wrong: what the check says of it now, and the operator; pure."""

from bot.cards import find_text
from bot.corrections import MOST_LISTED
from bot.texts import say
from data.models import ChatLanguage, ReleaseText, Summary
from data.store.releases import Stored
from summarizer.check import check
from summarizer.engines.base import Translation
from summarizer.translation import check_translation


def check_again(text: ReleaseText, summary: Summary) -> tuple[str, ...]:
    """What the official text does not support in its summary, a clause each."""
    if summary.language != text.language:
        translation = Translation(summary.headline, summary.text)
        return check_translation(translation, summary.language, text)
    source = text.body
    if not summary.sources or summary.text.startswith(text.title[:20]):
        # Where there is nothing but tables an extract is of the title, as official as the body.
        source = f"{text.title}\n\n{text.body}"
    return check(text.language, source, summary.text, text.issued_at).unsupported


def tell_wrong(
    language: ChatLanguage, stored: Stored, summary: Summary, unsupported: tuple[str, ...]
) -> str:
    """What the operator is told of a summary that a reader calls wrong."""
    told = say(
        language,
        "report.wrong",
        headline=summary.headline,
        summary=summary.text,
        writer=summary.model or summary.method,
        url=find_text(stored, summary).url,
    )
    if not unsupported:
        return f"{told}\n{say(language, 'report.check_ok')}"
    faults = list(unsupported[:MOST_LISTED])
    if len(unsupported) > MOST_LISTED:
        faults.append(say(language, "correction.more", count=len(unsupported) - MOST_LISTED))
    return f"{told}\n{say(language, 'report.check_found', faults='; '.join(faults))}"
