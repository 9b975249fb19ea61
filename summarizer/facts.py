"""The facts of a text, and whether a source supports them. Pure.

Both languages share one form, so "$5.1 million", "5 100 000", 510萬元 and 五百一十萬元 are one
value. Written for the releases of the Hong Kong Government: "13 600" parts thousands by a
space, ``$`` is the Hong Kong dollar, Chinese writes years with ○, 〇 or 零.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from data.models import Language
from summarizer import figures_en, figures_zh
from summarizer.figures import Context, Fact, Kind, Scanner
from summarizer.numerals import fold_width

__all__ = ["Fact", "Kind", "SourceFacts", "find_facts"]


_SCANNERS: dict[Language, Scanner] = {"en": figures_en.SCANNER, "zh": figures_zh.SCANNER}


def find_facts(text: str, language: Language, today: date) -> tuple[Fact, ...]:
    """Every figure of the text, in order, with its span.

    ``today`` is the Hong Kong date of issue, against which "today" and 昨日 are resolved.
    """
    return tuple(_scan(text, language, Context(today)))


def _scan(text: str, language: Language, context: Context) -> Iterator[Fact]:
    pattern, readers = _SCANNERS[language]
    for match in pattern.finditer(fold_width(text)):
        name = match.lastgroup or ""
        if name not in readers:
            continue
        start, end = match.span()
        for kind, value, unit in readers[name](match, context):
            counts = kind in {"number", "quantity"}
            weak = counts and value == "1" and not any(mark.isdigit() for mark in match[0])
            yield Fact(kind, value, unit, text[start:end], start, end, weak)


# Thirty-one people who report make thirty-one reports.
_COUNTED = {"person", "case"}


class SourceFacts:
    """The facts of a source, ready to be asked."""

    def __init__(self, facts: Iterable[Fact], today: date) -> None:
        self._today = today
        self._values: dict[Kind, set[str]] = {}
        self._units: dict[tuple[Kind, str], set[str]] = {}
        for fact in facts:
            self._values.setdefault(fact.kind, set()).add(fact.value)
            self._units.setdefault((fact.kind, fact.value), set()).add(fact.unit)

    def supports(self, fact: Fact) -> bool:
        """Whether the source says this, of the same kind of thing."""
        return fact.weak or self._says(fact) or self._implies(fact)

    def _says(self, fact: Fact) -> bool:
        units = self._units.get((fact.kind, fact.value), set())
        return fact.unit in units or (fact.unit in _COUNTED and bool(units & _COUNTED))

    def _has(self, value: str, *kinds: Kind) -> bool:
        return any(value in self._values.get(kind, ()) for kind in kinds)

    def _implies(self, fact: Fact) -> bool:
        value = fact.value
        match fact.kind:
            case "number":
                return self._has(value, "quantity", "year", "phone", "code") or self._plain(value)
            case "quantity":
                return self._has(value, "number", "year") or self._counts_days(fact)
            case "money":
                return self._large(value)
            case "percent":
                return "." in value and not fact.unit and self._has(value, "number")
            case "rank" | "phone":
                return self._has(value, "number", "rank", "phone")
            case "year":
                return self._has(value, "number") or self._dated(value)
            case "date" | "month" | "weekday":
                return self._calendar(fact)
            case _:
                return False

    def _counts_days(self, fact: Fact) -> bool:
        """Chinese writes "the 3rd" and "3 days" alike: 三日."""
        return fact.unit == "day" and self._has(f"---{int(float(fact.value)):02d}", "date")

    def _plain(self, value: str) -> bool:
        """A large bare number may be money that a table leaves without its sign."""
        return len(value) > 4 and self._has(value, "money")

    def _large(self, value: str) -> bool:
        return len(value) > 4 and self._has(value, "number")

    def _dated(self, year: str) -> bool:
        dates = self._values.get("date", ())
        return year == str(self._today.year) or any(said.startswith(year) for said in dates)

    def _calendar(self, fact: Fact) -> bool:
        dates = self._values.get("date", set())
        if fact.kind == "date":
            return self._counted_day(fact.value) or any(
                self._same_day(fact.value, said) for said in dates
            )
        if fact.kind == "month":
            return any(said[-5:-3] == fact.value[-2:] for said in dates)
        return any(self._weekday(said) == fact.value for said in dates)

    def _counted_day(self, value: str) -> bool:
        if not value.startswith("---"):
            return False
        return "day" in self._units.get(("quantity", str(int(value[3:]))), ())

    def _same_day(self, one: str, other: str) -> bool:
        if one.startswith("---") or other.startswith("---"):
            return one[-2:] == other[-2:]
        if one[-5:] != other[-5:]:
            return False
        return len({self._year(one), self._year(other)}) == 1

    def _year(self, value: str) -> int:
        """The year of a date; where unsaid, the one that brings it nearest to the issue."""
        return int(value[:4]) if value[0] != "-" else self._nearest(value).year

    def _nearest(self, value: str) -> date:
        month, day = int(value[-5:-3]), int(value[-2:])
        years = (self._today.year, self._today.year - 1, self._today.year + 1)
        days = [found for year in years if (found := _try_date(year, month, day))]
        return min(days, key=lambda found: abs(found - self._today), default=date.min)

    def _weekday(self, value: str) -> str:
        if value.startswith("---"):
            return ""
        found = _try_date(self._year(value), int(value[-5:-3]), int(value[-2:]))
        return str(found.weekday()) if found else ""


def _try_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
