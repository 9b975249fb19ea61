"""A release that never was, in both languages, and true summaries of it for a model to recite."""

from collections.abc import Sequence
from datetime import UTC, datetime

from data.models import Language, Release, ReleaseText

ENGLISH_BODY = (
    "The Lantern Bureau (LB) announced today (November 27) that 13 600 lamps on Pier Road in Tai "
    "Po will be replaced from December 1 at a cost of $5.1 million.\n\n"
    "Work will be done at night, and 37 workers will take part for six months.\n\n"
    "Members of the public should avoid Pier Road between 11pm and 5am."
)
CHINESE_BODY = (
    "燈籠管理局（燈管局）今日（十一月二十七日）宣布，大埔碼頭道一萬三千六百盞街燈將由十二月一日起"
    "更換，費用為五百一十萬元。\n\n工程在晚上進行，為期六個月，由三十七名工人負責。\n\n"
    "市民應避免在晚上十一時至上午五時前往碼頭道。"
)
ENGLISH = (
    "The Lantern Bureau will replace 13,600 lamps on Pier Road in Tai Po from December 1,",
    " at a cost of $5.1 million.",
    " Night work by 37 workers will last for six months,",
    " and members of the public should avoid the road.",
)
CHINESE = (
    "燈籠管理局11月27日宣布，大埔碼頭道13,600盞街燈將由12月1日起更換，",
    "費用為510萬元。",
    "工程在晚上進行，為期6個月，",
    "市民應避免前往。",
)
SIMPLIFIED = (
    "灯笼管理局11月27日宣布，大埔码头道13,600盏街灯将由12月1日起更换，费用为510万元。",
    "工程在晚上进行，为期6个月，市民应避免前往码头道。",
)


def make_lanterns(languages: Sequence[Language] = ("en", "zh"), body: str | None = None) -> Release:
    issued = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
    bodies = {"en": ENGLISH_BODY, "zh": CHINESE_BODY}
    texts = {
        language: ReleaseText(
            language=language,
            id=f"P{language}",
            url="u",
            title="Lamps" if language == "en" else "街燈",
            body=bodies[language] if body is None else body,
            issued_at=issued,
        )
        for language in languages
    }
    return Release(id="P1", source="s", issued_at=issued, texts=texts)
