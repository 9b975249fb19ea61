"""Brings the sentences of one body to a summary's wording, in the language of the body. Pure."""

import re
from datetime import date

from data.models import Language
from summarizer.engines.extract import clauses_en, plain_en, wording_en, wording_zh
from summarizer.engines.extract.forms import is_whole
from summarizer.engines.extract.short_names import find_short_names, use_short_names
from summarizer.engines.extract.tellings import (
    may_be_told,
    report,
    speak_for,
    speaks_for_government,
)
from summarizer.passages import Reading
from summarizer.script import find_simplified, to_traditional

# No sentence is this long: it is a list or a text without stops, and trimming it takes too long.
_LONGEST: dict[Language, int] = {"en": 2_000, "zh": 800}


_OPEN_END = re.compile(r"[;；,，](?<![.。].)(?:\s*(?:and|or)|以及|及|和|或)?$")
_POINTER = re.compile(
    r"\s?\((?:www\.|https?:|see\b|please\b|[\w.-]+@|[\w-]+\.[\w-]+\.[\w.-]+)[^()]*\)"
    r"|[（(](?:見|詳見|請參閱|請參考|網址|www\.|https?:|[\w-]+\.[\w-]+\.[\w.-]+)[^（）()]*[）)]"
)
_EMPTY_EN = re.compile(
    r"^[^,]{0,60}\b(?:said|added|concluded)\.$|"
    r"^(?:(?:further |more )?(?:details|information|particulars)\b|"
    r"for (?:details|more|further)|\(?please (?:also )?(?:refer|visit|see)|"
    r"the (?:figures|details|table|arrangements|information) .{0,60}(?:are|is)(?: set out|"
    r" listed| shown| at)|"
    r".{0,80}\b(?:is|are) (?:at|in|listed in|set out in|shown in) (?:the )?(?:annex|appendix|"
    r"table)|there (?:is|are) \w+ photos?)",
    re.IGNORECASE,
)
_EMPTY_ZH = re.compile(
    r"^(?:詳情|有關詳情|更多資料|如欲|查詢詳情|市民可瀏覽|請參閱|資料載於)|載於附件|見附[件表]|表列"
)


class Wording:
    """The rules of one language for the sentences of one body, issued on a given day."""

    def __init__(self, reading: Reading, today: date, title: str) -> None:
        self.language = reading.language
        self.form = reading.form
        self.title = title
        opening = " ".join(each.text for each in reading.passages[:3] if each.role == "opening")
        self._is_official = reading.form != "notice" and speaks_for_government(opening)
        self._names = find_short_names(reading)
        whole = "".join(passage.text for passage in reading.passages)
        self._is_mixed = self.language == "zh" and bool(find_simplified(whole))
        self._today = today

    @property
    def stop(self) -> str:
        """What ends a sentence."""
        return "." if self.language == "en" else "。"

    def word(self, text: str) -> str | None:
        """The sentence in a summary's wording, or None where it says nothing by itself."""
        text = self._close(_POINTER.sub("", " ".join(text.split())))
        text = report(text)
        if self._is_official:
            text = speak_for(text, self.language)
        if len(text) > _LONGEST[self.language] or not may_be_told(text):
            return None
        return self._word_english(text) if self.language == "en" else self._word_chinese(text)

    def _close(self, text: str) -> str:
        """With a full stop where an item of a list has "; and"."""
        if not _OPEN_END.search(text):
            return text
        return f"{_OPEN_END.sub('', text).rstrip()}{self.stop}"

    def _word_english(self, text: str) -> str | None:
        if _EMPTY_EN.match(text) or not clauses_en.may_stand(text):
            return None
        text = plain_en.make_plain(plain_en.drop_connective(text))
        return wording_en.write_figures(wording_en.make_dates_absolute(text, self._today))

    def _word_chinese(self, text: str) -> str | None:
        if _EMPTY_ZH.search(text):
            return None
        text = wording_zh.make_dates_absolute(wording_zh.drop_connective(text), self._today)
        text = wording_zh.write_figures(wording_zh.leave_out_we(text))
        text = wording_zh.shorten_bodies(text)
        return use_short_names(to_traditional(text) if self._is_mixed else text, self._names)

    def stands_alone(self, item: str) -> bool:
        """Whether an item of a list says by itself who does what."""
        if self.language == "en":
            return is_whole(item, "en") and not re.match(r"[A-Z][a-z]+ing\b", item)
        return bool(re.match(r"[^，]{2,14}(?:會|將|已|正|須|應|可)", item)) and is_whole(item, "zh")

    def open_item(self, text: str) -> str:
        """An item of a list without what joins it to the next: "; and"."""
        return _OPEN_END.sub("", text.strip()).strip()

    def tell_row(self, text: str) -> str:
        """A row of a table as a sentence: "Tender date: May 2, May 3."."""
        head, *cells = dict.fromkeys(cell.strip(" :：") for cell in text.split(" | "))
        if self.language == "en":
            said = f"{head}: {', '.join(cells)}." if cells else f"{head}."
            return wording_en.write_figures(wording_en.make_dates_absolute(said, self._today))
        said = f"{head}：{'、'.join(cells)}。" if cells else f"{head}。"
        return wording_zh.write_figures(wording_zh.make_dates_absolute(said, self._today))
