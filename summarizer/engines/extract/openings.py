"""Turns "Following is the speech by …:" into a sentence that says who spoke where and when. Pure.

Speeches and council answers say so only in their opening; their own sentences lack it.
"""

import re

from data.models import Language
from summarizer.brackets import drop_asides

_EN_SPEECH = re.compile(
    r"^(?:The )?[Ff]ollowing (?:is|are) (?:the |a |"
    r"an )?(?P<what>.{0,160}?)"
    r"(?: \([^()]*\))? by (?P<who>(?:the|Mr|Ms|Dr|Prof)\b.+?)"
    r"(?P<where>,? (?:at|on|to|in|during|after|before|when|upon|following) .+)?:$",
    re.DOTALL,
)
_EN_COUNCIL = re.compile(
    r"^(?:The )?[Ff]ollowing (?:is|are) (?:a |the )?questions? by (?P<member>.+?) and (?:a |"
    r"an |the )?(?P<how>written |oral )?"
    r"(?:reply|replies|answer) by (?P<who>.+?)(?:,? (?:in|"
    r"at) the Legislative Council)(?P<when>[^:]*):$",
    re.DOTALL,
)
_ZH_COUNCIL = re.compile(
    r"^以下[是為](?P<when>.*?)(?:在|於)?立法會(?:會議)?上?(?P<member>[^，]{2,12}議員)的(?:口頭|"
    r"書面)?(?:提問|質詢|問題)[和及與](?P<who>.+?)"
    r"(?:在會上)?的?(?P<how>書面|口頭)?(?:答覆|回覆)[：︰:]$",
)
_ZH_SPEECH = re.compile(
    r"^以下[是為](?P<who>.+?)的?"
    r"(?P<what>致辭|演辭|致詞|講辭|開幕辭|演說|開場發言|發言|談話|講話|網誌|文章)"
    r"(?:[和及與]?(?:答問|問答))?的?(?:全文|內容|要點|譯文|中譯本|中文譯本|要旨|摘要)*"
    r"(?:（[^（）]*）)?[：︰:]$",
)
_ZH_DEED = {
    "開場發言": "發言", "發言": "發言", "談話": "發言", "講話": "發言",
    "網誌": "網誌", "文章": "文章",
}  # fmt: skip
_COUNCIL_TITLE = re.compile(
    r"^(?:LCQ\s?\d*|立法會(?:急切|緊急)?(?:[一二三四五六七八九十]+題)?|立法會.{0,6}質詢)[:：]\s*(?P<subject>[^:：]+)$"
)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_MEDIA = re.compile(r"media|press conference|stand-?up|reporters|doorstep", re.IGNORECASE)


def retell_opening(text: str, language: Language, title: str = "") -> str | None:
    """The opening as a sentence of its own, or None where it can't be told.

    Dates stay as the opening has them; what a council answer is about comes from its title.
    """
    text = " ".join(text.split())
    subject = _find_subject(title)
    return _retell_english(text, subject) if language == "en" else _retell_chinese(text, subject)


def _find_subject(title: str) -> str:
    """What a question is about: "LCQ7: Helping old lamps" gives "helping old lamps"."""
    match = _COUNCIL_TITLE.match(title)
    subject = match["subject"].strip() if match else ""
    is_name = re.match(r"[A-Z]{2}|[A-Z]\w+ [A-Z]", subject)
    return subject if is_name or not subject else subject[0].lower() + subject[1:]


def _retell_english(text: str, subject: str) -> str | None:
    if match := _EN_COUNCIL.match(text):
        when = match["when"].rstrip(" ,")
        about = f" about {subject}" if subject else ""
        return f"{_name(match['who'])} replied in the Legislative Council{when}{about}."
    if match := _EN_SPEECH.match(text):
        where = (match["where"] or "").strip(" ,")
        to_media = _MEDIA.search(match["what"]) and "media" not in where
        verb = "spoke to the media" if to_media else "spoke"
        return f"{_name(match['who'])} {verb} {where}." if where else None
    return None


def _name(who: str) -> str:
    """A title and a name as a subject: "the Chief Executive, Mr John Lee," with its comma."""
    who = drop_asides(who, _ASIDE, "en").strip(" ,")
    subject = who[0].upper() + who[1:]
    return f"{subject}," if "," in who else subject


def _retell_chinese(text: str, subject: str) -> str | None:
    if match := _ZH_COUNCIL.match(text):
        when = match["when"].strip("在於，")
        about = f"有關{subject}" if subject else match["member"]
        return f"{match['who'].strip('，在')}{when}在立法會答覆{about}的提問。"
    if match := _ZH_SPEECH.match(text):
        who = match["who"].strip("，的")
        if who.endswith(("傳媒", "記者")):
            return f"{who}。"
        return f"{who}{_ZH_DEED.get(match['what'], '致辭')}。"
    return None
