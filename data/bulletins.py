"""The wording of bulletins that a publisher rewrites in one file, such as warnings; pure.

The Observatory's entries are headed "Information about Very Hot Weather Warning (11:45 HKT on
21.09.2018)" or "Bulletin updated at 04:50 HKT 14/May/2026" and close with "Dispatched by Hong
Kong Observatory at 11:45 HKT on 21.09.2018". While nothing is in force an entry says so.
"""

import re

_STAMP = re.compile(
    r"\s*(?:"
    r"[（(][^（）()]*(?:\bHKT\b|\d{1,2}:\d{2}|\d{1,2}\s*時\s*\d{1,2}\s*分)[^（）()]*[）)]"
    r"|(?:(?:\b(?:has been|was|is)\s+)?\b(?:updated|issued|dispatched)\s+)?"
    r"\bat\s+\d{1,2}:\d{2}\s*HKT\b.{0,30}"
    r"|[於在]?\s*\d{4}\s*年.{0,12}?\d{1,2}\s*[時:]\s*\d{1,2}\s*分?\s*(?:更新|發出|發布)?"
    r")$",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"there (?:is|are) (?:currently |now |at present )?no "
    r"(?:special announcements?|(?:weather )?warnings?(?: signals?)?)"
    r"(?: (?:is |are )?(?:currently |now )?in (?:force|effect))?\.?"
    r"|(?:現時|目前|現在)?(?:並無|並沒有|沒有|無)(?:任何)?"
    r"(?:特別報告|(?:天氣)?警告(?:信號)?)(?:現正)?(?:生效)?。?",
    re.IGNORECASE,
)
_PREFACE = re.compile(r"^information (?:about|on) (?:the )?(?=\S)", re.IGNORECASE)
_GENERIC = re.compile(
    r"(?:the )?(?:latest )?(?:weather )?(?:warning )?"
    r"(?:bulletins?|information|summary|report|announcements?)?"
    r"|(?:最新)?(?:天氣)?(?:警告)?(?:報告|公報|資訊|資料|信息|摘要|一覽)?",
    re.IGNORECASE,
)
_DISPATCH = re.compile(
    r"(?:dispatched|issued) by (?:the )?hong kong observatory at .{4,40}"
    r"|(?:以上.{0,8})?由?(?:香港)?天文台[於在]\s*\d{4}\s*年.{4,24}(?:發出|發放|發布)。?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^\n]{8,140}?(?:[。！？]|[!?]|(?<!\b[ap]\.m)(?<!\bNo)\.(?=\s|$))")
_LONGEST_HEADLINE = 100
_LONGEST_STAMP = 80


def is_nothing_in_force(title: str) -> bool:
    """Whether an entry only says that no warning is in force: that is no release."""
    return _NOTHING.fullmatch(_drop_stamp(title)) is not None


def word_title(title: str, body: str) -> str:
    """A headline in the publisher's own words.

    Without the issue time, which a release carries anyway, and without "Information about". Where
    that leaves nothing that tells one bulletin from another, the text's first line or sentence.
    """
    words = _PREFACE.sub("", _drop_stamp(title))
    if _GENERIC.fullmatch(words) is None:
        return words
    return _find_opening(body) or words or title


def drop_dispatch(body: str) -> str:
    """The body without the closing paragraph that tells when it was dispatched."""
    paragraphs = body.split("\n\n")
    while len(paragraphs) > 1 and _DISPATCH.fullmatch(paragraphs[-1]):
        paragraphs.pop()
    return "\n\n".join(paragraphs)


def _drop_stamp(title: str) -> str:
    title = title.strip()
    stamp = _STAMP.search(title, max(0, len(title) - _LONGEST_STAMP))
    return title[: stamp.start()].strip() if stamp else title


def _find_opening(body: str) -> str | None:
    line = body.lstrip().split("\n", 1)[0].strip()
    if len(line) > _LONGEST_HEADLINE:
        sentence = _SENTENCE.match(line)
        line = sentence[0] if sentence else ""
    return _drop_stamp(re.sub(r"(?<!\b[ap]\.m)[.。:：]$", "", line)) or None
