"""The lines of one article brought to its paragraphs: no captions, buttons or repeats; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from data.readers.republished.furniture import measure, strip_credit
from data.readers.republished.partition import Draft, Line
from data.readers.republished.subjects import list_terms, looks_like_headline, share_terms

# A repeated line of up to this width can be a caption, whatever it ends with.
_CAPTION_WIDTH = 330
_KEPT = ("text", "short", "section", "furniture")
_PARAGRAPH = 60
# So many cells or entries in a row are a list, in which single words are no buttons.
_LIST = 3
_RANKING = 3
_RELATED = 0.3


def clean_article(draft: Draft, *, is_last: bool) -> list[str]:
    """The paragraphs of an article; lines of one block stay together.

    Args:
        draft: the article.
        is_last: nothing but the page's end follows, where unnamed lists of links may stand.
    """
    title = Line(draft.title, "short", 0).key
    captions = {strip_credit_key(line) for line in draft.lines if line.kind == "credit"}
    lines = [line for line in draft.lines if line.kind in _KEPT]
    lines = [
        line
        for line in lines
        if line.key != title and not (_is_short(line) and line.key in captions)
    ]
    lines = _drop_repeats(lines)
    runs = [list(run) for _, run in groupby(lines, key=_is_short)]
    kept = [
        line
        for number, run in enumerate(runs)
        for line in (_trim_run(run, 0 < number < len(runs) - 1) if _is_short(run[0]) else run)
    ]
    if draft.issued_at:
        kept = _drop_feature_caption(kept)
    return _join(_drop_ranking(kept, draft.title) if is_last else kept)


def strip_credit_key(line: Line) -> str:
    """The caption of a line without its source, as a key."""
    return Line(strip_credit(line.text), "short", 0).key


def _is_short(line: Line) -> bool:
    return line.kind != "text"


def _drop_repeats(lines: Sequence[Line]) -> list[Line]:
    """Captions stand twice and more, in a row or picture by picture; nothing else does."""
    counts = Counter(line.key for line in lines)
    doubled = {one.key for one, two in pairwise(lines) if one.key == two.key}
    captions = {line.key for line in lines if line.key in doubled and _can_be_caption(line)}
    for is_run, run in groupby(lines, key=_is_short):
        shorts = list(run)
        if is_run and all(counts[line.key] > 1 for line in shorts):
            captions |= {line.key for line in shorts if looks_like_headline(line.text)}
    kept: list[Line] = []
    seen: set[str] = set()
    for line in lines:
        again = line.key in seen and not _is_short(line) and measure(line.text) >= _PARAGRAPH
        if line.key not in captions and not again:
            kept.append(line)
        seen.add(line.key)
    return kept


def _can_be_caption(line: Line) -> bool:
    width = measure(line.text)
    if _is_short(line):
        return line.kind == "short" and looks_like_headline(line.text)
    return width <= _CAPTION_WIDTH


def _trim_run(run: list[Line], is_inside: bool) -> list[Line]:
    """A run of short lines without the buttons, and the section names at an article's edges.

    Within a list or table such words are entries; alone between paragraphs the name of a section
    is a subheading.
    """
    own = ("short", "section") if is_inside else ("short",)
    plain = [number for number, line in enumerate(run) if line.kind in own]
    if not plain:
        return []
    inner = run[plain[0] : plain[-1] + 1]
    return inner if len(plain) >= _LIST else [line for line in inner if line.kind in own]


def _drop_feature_caption(lines: list[Line]) -> list[Line]:
    """Without the caption of the picture that stands between dateline and text."""
    first = next((number for number, line in enumerate(lines) if line.kind == "text"), 0)
    lead = lines[:first]
    if len(lead) >= _LIST:
        return lines
    return [line for line in lead if not looks_like_headline(line.text)] + lines[first:]


def _drop_ranking(lines: list[Line], title: str) -> list[Line]:
    """Without headlines of other matters at the page's end, where no line names them as such."""
    texts = [number for number, line in enumerate(lines) if line.kind == "text"]
    if not texts or lines[texts[-1]].text.endswith((":", "：")):
        return lines
    tail = lines[texts[-1] + 1 :]
    if len(tail) < _RANKING or not all(looks_like_headline(line.text) for line in tail):
        return lines
    known = list_terms("\n".join([title, *(lines[number].text for number in texts)]))
    related = [share_terms(list_terms(line.text), known) >= _RELATED for line in tail]
    return lines if sum(related) * 2 > len(tail) else lines[: texts[-1] + 1]


def _join(lines: Sequence[Line]) -> list[str]:
    return ["\n".join(block) for block in _blocks(lines)]


def _blocks(lines: Sequence[Line]) -> Iterator[list[str]]:
    for _, block in groupby(lines, key=lambda line: line.block):
        yield [line.text for line in block]
