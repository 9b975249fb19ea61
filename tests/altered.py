"""Makes true summaries false, one alteration at a time, to measure what the check catches.

Every alteration is drawn by a seeded generator, so that two runs make the same texts.
"""

import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from data.models import HONG_KONG, Language
from data.samples import render_samples
from summarizer.check import Checker
from summarizer.facts import Fact, find_facts
from summarizer.facts.figures_en import MONTHS

_TABLE = Path(__file__).parent.parent / "data" / "departments.toml"


@dataclass(frozen=True)
class TrueSummary:
    """A summary that its source supports."""

    id: str
    language: Language
    source: str
    summary: str
    issued: date


@dataclass(frozen=True)
class Alteration:
    """A summary with one thing changed: ``kind`` says how, ``before`` and ``after`` what."""

    kind: str
    before: str
    after: str
    summary: str


FIGURES = ("digit", "scale", "unit", "date", "other date", "other figure", "other count")
NAMES = ("other body", "body of source", "other name", "name of source")
TURNS = ("direction", "limit")

_OTHER_UNITS: dict[Language, Sequence[tuple[str, str]]] = {
    "en": (
        (r"(?<=\d )million\b", "billion"), (r"(?<=\d )billion\b", "million"),
        (r"(?<=\d)%", " percentage points"), (r" percentage points?\b", "%"),
        (r"(?<=\d )per cent\b", "percentage points"),
        (r"(?<=\d )kilometres\b", "metres"), (r"(?<=\d )metres\b", "kilometres"),
        (r"(?<=\d )kilograms\b", "tonnes"), (r"(?<=\d )tonnes\b", "kilograms"),
        (r"(?<=\d )(?:days|working days)\b", "weeks"), (r"(?<=\d )months\b", "years"),
        (r"(?<=\d )years\b", "months"), (r"(?<=\d )hours\b", "minutes"),
        (r"(?<=\d )minutes\b", "hours"), (r"(?<![A-Z])(?:HK)?\$(?=\d)", "US$"),
        (r"US\$(?=\d)", "$"), (r"(?<=\d)am\b", "pm"), (r"(?<=\d)pm\b", "am"),
        (r"(?<=\d )(?:people|passengers|students|residents)\b", "days"),
    ),
    "zh": (
        (r"(?<=\d)萬", "億"), (r"(?<=\d)億", "萬"), (r"(?<=\d)%", "個百分點"),
        (r"(?<=\d)個百分點", "%"), (r"(?<=\d)公里", "米"), (r"(?<=\d)米", "公里"),
        (r"(?<=\d)公斤", "公噸"), (r"(?<=\d)公噸", "公斤"),
        (r"(?<=\d)(?:日|天)(?=內|後|前)", "個月"),
        (r"(?<=\d)個月", "年"), (r"(?<=\d)年(?=[內前後期，。]|及|監禁)", "個月"),
        (r"(?<=\d)小時", "分鐘"), (r"(?<=\d)分鐘", "小時"),
        (r"(?<=\d)元", "美元"), (r"(?<=[萬億])元", "美元"), (r"上午(?=\d)", "下午"),
        (r"下午(?=\d)", "上午"), (r"凌晨(?=\d)", "下午"), (r"(?<=\d)[名人](?!次)", "小時"),
    ),
}  # fmt: skip
_TURNS: dict[Language, Sequence[tuple[str, str]]] = {
    "en": (
        (r"\brose\b", "fell"), (r"\bfell\b", "rose"), (r"\brisen\b", "fallen"),
        (r"\bincreased\b", "decreased"), (r"\bdecreased\b", "increased"),
        (r"\bup\b(?= \d)", "down"),
        (r"\bdown\b(?= \d)", "up"), (r"\bincrease\b", "decrease"), (r"\bdecrease\b", "increase"),
        (r"\bhigher\b", "lower"), (r"\blower\b", "higher"), (r"\bgrew\b", "shrank"),
        (r"\braised? (?=.{0,30}\d)", "cut "), (r"\babove\b(?=.{0,8}\d)", "below"),
    ),
    "zh": (
        (r"上升", "下跌"), (r"下跌", "上升"), (r"(?<=年)升(?=\d)", "跌"), (r"升(?=\d)", "跌"),
        (r"跌(?=\d)", "升"), (r"增加(?=.{0,4}\d)", "減少"), (r"減少(?=.{0,4}\d)", "增加"),
        (r"增至", "減至"), (r"超過(?=\d)", "少於"),
    ),
}  # fmt: skip
_LIMITS: dict[Language, Sequence[tuple[str, str]]] = {
    "en": (
        (r"\bat least\b", "at most"), (r"\bup to\b", "at least"), (r"\bmore than\b", "less than"),
        (r"\bover\b(?= \$?\d)", "under"), (r"\bat most\b", "at least"),
    ),
    "zh": ((r"最多", "最少"), (r"最少", "最多"), (r"至少", "最多"), (r"最高可", "最少會")),
}  # fmt: skip
_NAME_EN = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-z'’-]+(?: (?:of |and |the )?[A-Z][a-z'’-]+)*")
_NO_NAME = re.compile(
    rf"^(?:{'|'.join(MONTHS)}|Hong Kong|Mr|Ms|Dr|Mrs|The|A|An|In|On|At|It|He|She|They|This|"
    r"Mondays?|Tuesdays?|Wednesdays?|Thursdays?|Fridays?|Saturdays?|Sundays?|Government|Enquiries|"
    r"Secretary|Director|Commissioner|No)$"
)
_NAME_ZH = re.compile(
    r"[\u4e00-\u9fff]{2}(?=區|路|街|道(?!路)|邨|灣(?!仔)|大廈|中心|村|站(?!點)|泳灘|公園|醫院|學校)"
    r"|葵涌|荃灣|屯門|元朗|大埔|沙田|西貢|東涌|觀塘|灣仔|中環|粉嶺|上水|將軍澳|旺角|青衣|深圳|澳門"
)
_OTHER_NAMES_EN = (
    "Ferrow Lane", "Wan Sau Street", "Harlow Fund", "Chan Tai-man", "Lai Chi Kok", "Shek Kong",
    "Portugal", "Ko Lung Estate", "Bright Sea Limited", "Yuen Tsuen", "Wong Siu-ying",
)  # fmt: skip
_OTHER_NAMES_ZH = ("寶琳", "石崗", "鯉魚", "馬灣", "梅窩", "碧湖", "翠屏", "龍翔", "茜草")


def alter(true: TrueSummary, seed: int = 0) -> Iterator[Alteration]:
    """Every alteration of a true summary that its source does not bear out as well."""
    for kind, make in _MAKERS.items():
        rng = random.Random(f"{true.id} {true.language} {kind} {seed}")
        for before, after, start, end in make(true, rng):
            summary = true.summary[:start] + after + true.summary[end:]
            if summary != true.summary:
                yield Alteration(kind, before, after, summary)


_Change = tuple[str, str, int, int]
_Maker = Callable[[TrueSummary, random.Random], Iterator[_Change]]


def _facts(true: TrueSummary) -> list[Fact]:
    found = find_facts(true.summary, true.language, true.issued)
    return [fact for fact in found if not fact.weak]


def _change_digit(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
    for match in re.finditer(r"\d[\d,.]*\d|\d", true.summary):
        places = [at for at in range(*match.span()) if true.summary[at].isdigit()]
        at = rng.choice(places)
        low = "1" if at == places[0] else "0"
        digit = rng.choice([each for each in "0123456789" if each not in {true.summary[at], "0"}])
        after = max(digit, low)
        if after != true.summary[at]:
            yield (
                match[0],
                match[0][: at - match.start()] + after + match[0][at - match.start() + 1 :],
                *match.span(),
            )


def _change_scale(true: TrueSummary, _: random.Random) -> Iterator[_Change]:
    for match in re.finditer(
        r"(?<![\d.,])\d+(?:\.\d+)?(?![\d,]|(?:am|pm)|[月日時分年])", true.summary
    ):
        before = match[0]
        after = before.replace(".", "", 1) if "." in before else f"{before}0"
        yield before, after, *match.span()


def _change_words(
    tables: dict[Language, Sequence[tuple[str, str]]],
) -> _Maker:
    def make(true: TrueSummary, _: random.Random) -> Iterator[_Change]:
        for pattern, after in tables[true.language]:
            for match in re.finditer(pattern, true.summary):
                yield match[0], after, *match.span()

    return make


def _write_day(day: date, like: str, language: Language) -> str:
    if language == "zh":
        return f"{day.month}月{day.day}日"
    if re.match(r"\d", like):
        return f"{day.day} {MONTHS[day.month - 1]}"
    return f"{MONTHS[day.month - 1]} {day.day}"


def _full(fact: Fact, year: int) -> date | None:
    if fact.kind != "date" or fact.value.startswith("---"):
        return None
    try:
        return date.fromisoformat(fact.value.replace("--", f"{year}-", 1))
    except ValueError:
        return None


_SINGLE_DAY = re.compile(r"(?:[A-Z][a-z]+ \d{1,2}|\d{1,2} [A-Z][a-z]+|\d{1,2}月\d{1,2}日)")


def _change_date(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
    for fact in _facts(true):
        day = _full(fact, true.issued.year)
        if day and _SINGLE_DAY.fullmatch(fact.surface):
            other = day + timedelta(days=rng.choice((-1, 1)))
            after = _write_day(other, fact.surface, true.language)
            yield fact.surface, after, fact.start, fact.end


def _change_to_date_of_source(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
    said = find_facts(true.source, true.language, true.issued)
    days = {day for fact in said if (day := _full(fact, true.issued.year))}
    for fact in _facts(true):
        day = _full(fact, true.issued.year)
        others = sorted(days - {day})
        if day and others and _SINGLE_DAY.fullmatch(fact.surface):
            after = _write_day(rng.choice(others), fact.surface, true.language)
            yield fact.surface, after, fact.start, fact.end


def _change_to_figure_of_source(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
    source = find_facts(true.source, true.language, true.issued)
    for fact in _facts(true):
        if fact.kind in {"date", "month", "weekday", "year"}:
            continue
        others = sorted(
            {
                each.surface
                for each in source
                if (each.kind, each.unit) == (fact.kind, fact.unit)
                and each.value != fact.value
                and not each.weak
                and len(each.surface) < 25
            }
        )
        if others and len(fact.surface) < 25:
            yield fact.surface, rng.choice(others), fact.start, fact.end


_COUNT = re.compile(r"(?<![\d.,$A-Z])\d[\d,]*(?![\d.,]*[\d%]|(?:am|pm)|[月日時分年])")


def _change_to_count_of_source(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
    """The digits of a count become those of another count, whatever it counts."""
    source = find_facts(true.source, true.language, true.issued)
    counts = {
        each.value
        for each in source
        if each.kind in {"number", "quantity"} and not each.weak and "." not in each.value
    }
    for fact in _facts(true):
        digits = _COUNT.search(fact.surface)
        if fact.kind not in {"number", "quantity"} or not digits or fact.surface[0] in "兩一":
            continue
        others = sorted(counts - {fact.value, digits[0].replace(",", "")})
        if others:
            start = fact.start + digits.start()
            after = f"{int(rng.choice(others)):,}"
            yield digits[0], after, start, start + len(digits[0])


@cache
def _bodies() -> list[dict[str, str]]:
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    return [
        {"key": key, **{name: said for name, said in entry.items() if isinstance(said, str)}}
        for key, entry in table.items()
    ]


def _names_of(body: dict[str, str], language: Language) -> list[str]:
    names = (
        [body["en"], body["key"]] if language == "en" else [body["zh"], body.get("short_zh", "")]
    )
    return [name for name in names if len(name) > 1]


def _find_bodies(text: str, language: Language) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for number, body in enumerate(_bodies()):
        for name in _names_of(body, language):
            pattern = (
                rf"(?<![\w-]){re.escape(name)}(?![\w-])" if language == "en" else re.escape(name)
            )
            found += [(*match.span(), number) for match in re.finditer(pattern, text)]
    found.sort(key=lambda each: (each[0], -each[1]))
    kept: list[tuple[int, int, int]] = []
    for each in found:
        if not kept or each[0] >= kept[-1][1]:
            kept.append(each)
    return kept


def _change_body(of_source: bool) -> _Maker:
    def make(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
        inside = {number for *_, number in _find_bodies(true.source, true.language)}
        outside = set(range(len(_bodies()))) - inside
        for start, end, number in _find_bodies(true.summary, true.language):
            before = true.summary[start:end]
            form = _names_of(_bodies()[number], true.language).index(before)
            pool = sorted((inside if of_source else outside) - {number})
            names = [
                names[min(form, len(names) - 1)]
                for each in pool
                if (names := _names_of(_bodies()[each], true.language))
            ]
            if names:
                yield before, rng.choice(names), start, end

    return make


def _find_names(text: str, language: Language) -> list[re.Match[str]]:
    pattern = _NAME_EN if language == "en" else _NAME_ZH
    return [
        match
        for match in pattern.finditer(text)
        if not any(_NO_NAME.match(word) for word in match[0].split())
    ]


def _change_name(of_source: bool) -> _Maker:
    def make(true: TrueSummary, rng: random.Random) -> Iterator[_Change]:
        foreign = _OTHER_NAMES_EN if true.language == "en" else _OTHER_NAMES_ZH
        named = {match[0] for match in _find_names(true.source, true.language)}
        for match in _find_names(true.summary, true.language):
            words = len(match[0].split())
            pool = (
                [name for name in named if abs(len(name.split()) - words) <= 1]
                if of_source
                else list(foreign)
            )
            pool = [each for each in pool if not (set(each.split()) & set(match[0].split()))]
            pool = [each for each in pool if each not in match[0] and match[0] not in each]
            if pool:
                yield match[0], rng.choice(sorted(pool)), *match.span()

    return make


_MAKERS: dict[str, _Maker] = {
    "digit": _change_digit,
    "scale": _change_scale,
    "unit": _change_words(_OTHER_UNITS),
    "date": _change_date,
    "other date": _change_to_date_of_source,
    "other figure": _change_to_figure_of_source,
    "other count": _change_to_count_of_source,
    "other body": _change_body(of_source=False),
    "body of source": _change_body(of_source=True),
    "other name": _change_name(of_source=False),
    "name of source": _change_name(of_source=True),
    "direction": _change_words(_TURNS),
    "limit": _change_words(_LIMITS),
}


def list_true_summaries(now: datetime) -> list[TrueSummary]:
    """The hand-written references of the samples that thresholds may be tuned on."""
    return [
        TrueSummary(
            release.slug,
            language,
            text.body,
            text.summary,
            text.issued_at.astimezone(HONG_KONG).date(),
        )
        for release in render_samples(now)
        if release.split == "development"
        for language, text in release.texts.items()
    ]


@dataclass
class Caught:
    """Of each kind of alteration in a language: how many were made, how many caught."""

    made: Counter[tuple[Language, str]]
    caught: Counter[tuple[Language, str]]
    refused: list[tuple[TrueSummary, tuple[str, ...]]]

    def rate(self, language: Language, kinds: Sequence[str]) -> float:
        """The share caught of some kinds together."""
        made = sum(self.made[language, kind] for kind in kinds)
        return sum(self.caught[language, kind] for kind in kinds) / max(1, made)


def measure_caught(summaries: Sequence[TrueSummary], seed: int = 0) -> Caught:
    """What the check catches of the alterations of some true summaries."""
    found = Caught(Counter(), Counter(), [])
    for true in summaries:
        checker = Checker(true.language, true.source, true.issued)
        verdict = checker.check(true.summary)
        if not verdict.supported:
            found.refused.append((true, verdict.unsupported))
            continue
        for altered in alter(true, seed):
            found.made[true.language, altered.kind] += 1
            if not checker.check(altered.summary).supported:
                found.caught[true.language, altered.kind] += 1
    return found
