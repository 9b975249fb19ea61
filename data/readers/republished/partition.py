"""A page's lines parted into its articles; pure.

Articles that have a dateline start at the headline above it. Between datelines an article ends
where a marker parts it from the next ("Next Article", 往下看更多文章), where lists of links begin
("Recommended Articles", 你或有興趣的文章), or at a headline that opens another subject.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from data.readers.paragraphs import clean_line
from data.readers.reading import ReadError
from data.readers.republished.furniture import (
    Kind,
    classify_line,
    fold,
    has_own_dateline,
    is_update_line,
    measure,
    read_dateline,
    split_joined,
)
from data.readers.republished.subjects import (
    ENOUGH,
    ENOUGH_AFTER_MARKER,
    is_foreign,
    is_restated,
    looks_like_headline,
    weigh_headline,
)

# Far more than any page has, and little enough to be read within seconds.
MAX_CHARACTERS = 1_000_000
MAX_LINES = 3_000
_PARAGRAPH = 100  # width from which a text is more than a short sentence
_LEAST_AFTER_LISTS = 300
# What is compared of an article: enough to tell its subject, and a bound on the time it takes.
_HEAD, _TAIL = 2_000, 3_000
_BROKEN_OFF = ("…", "...")  # the end of a teaser
_OFFICIAL_SOURCE = "hksargovernmentpressreleases"


@dataclass(frozen=True)
class Line:
    """One line; lines of one block stood together without a blank line."""

    text: str
    kind: Kind
    block: int

    @property
    def key(self) -> str:
        """What two lines that say the same have in common."""
        return fold(self.text)


@dataclass(frozen=True)
class Draft:
    """One article: its headline, what stands below it, and its own dateline if it has one."""

    title: str
    lines: tuple[Line, ...]
    issued_at: datetime | None = None


@dataclass(frozen=True)
class _Start:
    """Where an article with a dateline starts: its headline's first line, and its text."""

    title: str
    begin: int
    body: int
    issued_at: datetime


def list_lines(text: str) -> list[Line]:
    """The lines of a text that say something.

    Raises:
        ReadError: if it is larger than any page.
    """
    if len(text) > MAX_CHARACTERS or text.count("\n") > 10 * MAX_LINES:
        raise ReadError("the text is larger than any page of releases; refused")
    lines: list[Line] = []
    block = 0
    for raw in text.split("\n"):
        cleaned = clean_line(raw)
        block += not cleaned
        parts = split_joined(cleaned) if cleaned else []
        lines += [Line(part, classify_line(part), block) for part in parts]
    if len(lines) > MAX_LINES:
        raise ReadError("the text has more lines than any page of releases; refused")
    lines = _join_updates(lines)
    if not block:  # no blank line at all: each line is a paragraph
        lines = [replace(line, block=number) for number, line in enumerate(lines)]
    return lines


def _join_updates(lines: Sequence[Line]) -> list[Line]:
    """A dateline and the line below it that says when the page was updated, made one."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        if above and above.kind == "dateline" and is_update_line(line.text):
            joined[-1] = replace(above, text=f"{above.text} {line.text}")
        else:
            joined.append(line)
    return joined


def split_articles(lines: Sequence[Line]) -> list[Draft]:
    """The articles of a page in their order; none if no headline with a text is found."""
    starts = list(_find_starts(lines))
    if not starts:
        return _split_undated(lines)
    drafts: list[Draft] = []
    ends = [start.begin for start in starts[1:]] + [len(lines)]
    listed = False
    for start, end in zip(starts, ends, strict=True):
        zone = lines[start.body : end]
        if not listed or _text_width(zone) >= _LEAST_AFTER_LISTS:
            drafts += _split_zone(zone, start.title, start.issued_at)
        listed = listed or any(line.kind == "closing" for line in zone)
    return drafts


def _text_width(lines: Sequence[Line]) -> int:
    return sum(measure(line.text) for line in lines if line.kind == "text")


def _find_starts(lines: Sequence[Line]) -> Iterator[_Start]:
    floor = 0  # what stands above belongs to the start before
    for number, line in enumerate(lines):
        moment = read_dateline(line.text) if line.kind == "dateline" else None
        if moment is None or number < floor:
            continue
        body = number + 1
        run = range(_run_start(lines, number, floor), number)
        title = _find_title_above(lines, run)
        if title is None:
            title = _find_title_below(lines, body)
            if title is None:
                continue
            body = title + 1
        key = lines[title].key
        begin = next((one for one in run if lines[one].key == key), min(title, number))
        yield _Start(lines[title].text, begin, body, moment)
        floor = body


def _run_start(lines: Sequence[Line], number: int, floor: int) -> int:
    """Where the lines without sentences begin that end at a dateline."""
    while number > floor and lines[number - 1].kind not in ("text", "parting", "closing"):
        number -= 1
    return number


def _find_title_above(lines: Sequence[Line], run: range) -> int | None:
    """The nearest headline above a dateline, else the nearest line that could be one."""
    short = [number for number in reversed(run) if lines[number].kind == "short"]
    headlines = [number for number in short if looks_like_headline(lines[number].text)]
    if headlines or short:
        return (headlines or short)[0]
    # A title that ends like a sentence.
    above = run.start - 1
    if above >= 0 and run.stop - above <= 3 and lines[above].kind == "text":
        return above if measure(lines[above].text) <= _LEAST_AFTER_LISTS else None
    return None


def _find_title_below(lines: Sequence[Line], body: int) -> int | None:
    for number in range(body, len(lines)):
        if lines[number].kind == "text":
            return None
        if lines[number].kind == "short" and looks_like_headline(lines[number].text):
            return number
    return None


def _split_undated(lines: Sequence[Line]) -> list[Draft]:
    """A text without any dateline: a saved release, or a page that shows no date."""
    texts = [number for number, line in enumerate(lines) if line.kind == "text"]
    if not texts:
        return []
    wide = (one for one in texts if measure(lines[one].text) >= _PARAGRAPH)
    first = next(wide, texts[0])
    head = [one for one in range(first) if lines[one].kind == "short"]
    counts = Counter(lines[one].key for one in head)
    headlines = [one for one in head if looks_like_headline(lines[one].text)]
    repeated = [one for one in headlines if counts[lines[one].key] > 1]
    found = repeated[-1:] or headlines[:1] or head[:1]
    return _split_zone(lines[found[0] + 1 :], lines[found[0]].text, None) if found else []


def _split_zone(zone: Sequence[Line], title: str, issued_at: datetime | None) -> list[Draft]:
    """What stands between two datelines, from its start to the first list of links."""
    closing = [number for number, line in enumerate(zone) if line.kind == "closing"]
    pieces = list(_split_at_markers(zone[: closing[0]] if closing else zone))
    drafts = list(_split_piece(pieces[0], title, issued_at))
    for piece in pieces[1:]:
        lead = _choose_headline(piece, 0, drafts[-1], ENOUGH_AFTER_MARKER)
        if lead is None:
            lead = _find_only_line(piece)
        if lead is not None:
            drafts += _split_piece(piece[lead + 1 :], piece[lead].text, None)
        elif _carries_on(drafts[-1], piece):
            drafts[-1] = replace(drafts[-1], lines=(*drafts[-1].lines, *piece))
    return drafts


def _carries_on(draft: Draft, piece: Sequence[Line]) -> bool:
    """Whether a marker only broke into an article."""
    texts = [line.text for line in piece if line.kind == "text"]
    return bool(texts) and not is_foreign(_words_of(draft), texts)


def _find_only_line(piece: Sequence[Line]) -> int | None:
    """The one short line above the texts after a marker: a headline of few words."""
    end = _run_end(piece, 0)
    short = [number for number in range(end) if piece[number].kind == "short"]
    width = _text_width(piece[end:])
    if len({piece[number].key for number in short}) != 1 or width < _PARAGRAPH:
        return None
    return None if piece[end].text.endswith(_BROKEN_OFF) else short[-1]


def _split_at_markers(zone: Sequence[Line]) -> Iterator[list[Line]]:
    piece: list[Line] = []
    for line in zone:
        if line.kind == "parting":
            yield piece
            piece = []
        else:
            piece.append(line)
    yield piece


def _split_piece(piece: Sequence[Line], title: str, issued_at: datetime | None) -> Iterator[Draft]:
    """An article, and those that follow it without a marker or a dateline."""
    draft = Draft(title, (), issued_at)
    number = 0
    while number < len(piece):
        if piece[number].kind == "text" or not _has_text(draft):
            draft = replace(draft, lines=(*draft.lines, piece[number]))
            number += 1
            continue
        end = _run_end(piece, number)
        lead = _choose_headline(piece, number, draft, ENOUGH)
        if lead is None:
            draft = replace(draft, lines=(*draft.lines, *piece[number:end]))
            number = end
            continue
        tail = _without(piece[number:lead], piece[lead].key)
        yield replace(draft, lines=(*draft.lines, *tail))
        draft = Draft(piece[lead].text, ())
        number = lead + 1
    yield draft


def _without(lines: Sequence[Line], key: str) -> list[Line]:
    return [line for line in lines if line.key != key]


def _has_text(draft: Draft) -> bool:
    return any(line.kind == "text" for line in draft.lines)


def _run_end(piece: Sequence[Line], number: int) -> int:
    while number < len(piece) and piece[number].kind != "text":
        number += 1
    return number


def _choose_headline(piece: Sequence[Line], number: int, draft: Draft, enough: int) -> int | None:
    """The line of the coming run that opens another article, if one weighs enough."""
    end = _run_end(piece, number)
    after = _paragraphs_after(piece, end)
    if sum(measure(text) for text in after) < _PARAGRAPH or after[0].endswith(_BROKEN_OFF):
        return None
    before = _words_of(draft)
    run = piece[number:end]
    counts = Counter(line.key for line in run)
    best: tuple[int, int] | None = None
    for place, line in enumerate(run):
        if line.kind != "short" or not looks_like_headline(line.text):
            continue
        points = weigh_headline(line.text, before, after) + _weigh_captions(run[:place])
        # A caption is repeated too, so that a repeated line needs more to be a headline.
        if counts[line.key] > 1:
            points -= 1 if is_restated(line.text, after) else 3
        if best is None or points >= best[0]:
            best = (points, number + place)
    return best[1] if best and best[0] >= enough else None


def _weigh_captions(run: Sequence[Line]) -> int:
    """Points for the photos of an article right above: they often stand at its end."""
    credited = [line for line in run if line.kind == "credit"]
    official = any(line.key.endswith(_OFFICIAL_SOURCE) for line in credited)
    return 2 if official else int(bool(credited))


def _paragraphs_after(piece: Sequence[Line], start: int) -> list[str]:
    """The paragraphs up to the next line that could be a headline."""
    found: list[str] = []
    width = 0
    for line in piece[start:]:
        if line.kind == "text":
            found.append(line.text)
            width += len(line.text)
        elif width > _TAIL or (line.kind == "short" and looks_like_headline(line.text)):
            break
    return found


def _words_of(draft: Draft) -> list[str]:
    words = "\n".join(line.text for line in draft.lines if line.kind in ("text", "short"))
    if len(words) > _HEAD + _TAIL:
        words = f"{words[:_HEAD]}\n{words[-_TAIL:]}"
    return [draft.title, words]


def is_of_republisher(lines: Sequence[Line]) -> bool:
    """Whether lines have a re-publisher's shape: its dateline, its markers, a repeated title."""
    texts = [number for number, line in enumerate(lines) if line.kind == "text"]
    if not texts:
        return False
    if any(line.kind == "dateline" and has_own_dateline(line.text) for line in lines):
        return True
    if any(line.kind in ("parting", "closing") for line in lines[texts[0] :]):
        return True
    head = [line for line in lines[: texts[0]] if looks_like_headline(line.text)]
    return len({line.key for line in head}) < len(head)
