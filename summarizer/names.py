"""Names that a summary may only take from its source. Pure.

English: capitalised words and abbreviations. Chinese, which has no capitals: Latin words,
bodies by their last character (署, 局, 委員會), persons by surname and title, known places.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from summarizer.abbreviations import find_abbreviations
from summarizer.brackets import find_brackets_in_names

_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][\w\u00c0-\u024f&]*(?:['’.-][A-Za-z\u00c0-\u024f]\w*)*")
_JOINERS_LIST = """
    of and the for in on at de la van & to
"""
_JOINERS = frozenset(_JOINERS_LIST.split())
_STARTERS_LIST = """
    the a an in on at from to for of by with as it its this that these those they he she his her
    their there we our i you if when where while after before during since until under over
    about around some all both each every any no not more most many several other another such
    one two three four five six seven eight nine ten only also however meanwhile moreover
    further furthermore besides although though because due owing given following according
    between among through police members people officers residents visitors passengers anyone
    public details enquiries applications applicants services service work works new total then
    once upon whether who what which how and but or so yet earlier later today tomorrow
    yesterday sources source free entry tickets admission speaking addressing president mr ms dr
    mrs prof
"""
_STARTERS = frozenset(_STARTERS_LIST.split())
_CALENDAR_LIST = """
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday am pm hk
"""
_CALENDAR = frozenset(_CALENDAR_LIST.split())
_ORDINARY_ENDING = re.compile(r"(?:s|ed|ing|ly|tion|ment|ity|ance|ence|al|able|ive|ers?)$")
# What may stand inside one name; "and", "in" and "at" also stand between two.
_WITHIN_NAMES = frozenset({"", "of", "the", "of the", "for", "&"})
_TITLES = frozenset(
    {"secretary", "director", "commissioner", "chairman", "chairperson", "president", "chief"}
    | {"minister", "professor", "captain", "justice", "officer", "executive", "superintendent"}
)
_EVERYWHERE = frozenset({"hong", "kong", "government", "hksar"})
_BRACKETED = re.compile(r"\([A-Z][A-Za-z&]*[A-Z&][A-Za-z&]*\)|\([^()]*[^A-Za-z ()][^()]*\)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]['\"”’)]*\s+|\n\s*|[\"“])$")


def _fold(word: str) -> str:
    return re.sub(r"['’]s$|['’]$", "", word)


def _list_words(text: str) -> list[str]:
    return [_fold(word) for word in _WORD.findall(text)]


def _run(words: list[str]) -> set[tuple[str, ...]]:
    """Each two and each three words that stand together, but for "of", "the" and the like."""
    content = [word.lower() for word in words if word.lower() not in _JOINERS]
    return {*pairwise(content), *zip(content, content[1:], content[2:], strict=False)}


class EnglishNames:
    """The words of a source, and which stand beside which, ready to be asked."""

    def __init__(self, source: str) -> None:
        words = _list_words(source)
        self._exact = set(words)
        self._lower = {word.lower() for word in words}
        # "Legislative Council (LegCo) Election" also names the Legislative Council Election.
        self._runs = _run(words) | _run(_list_words(_BRACKETED.sub("", source)))
        for short, name in find_abbreviations(source).items():
            self._runs |= _run(_list_words(source.replace(short, name)))

    def find_unsupported(self, summary: str) -> Iterator[str]:
        """The capitalised names of the summary that the source lacks."""
        name: tuple[str, ...] = ()
        end = 0
        for match in _WORD.finditer(summary):
            word = _fold(match[0])
            if word.lower() in _JOINERS:
                continue
            if not any(mark.isupper() for mark in word):
                name = ()
                continue
            starts = bool(_SENTENCE_START.search(summary[: match.start()]))
            if self._lacks(word, starts, summary[match.end() :]):
                yield word
            name = () if starts else self._join(name, summary[end : match.start()])
            if self._apart((*name, word)):
                yield " ".join((*name, word))
            name = (*name, word)[-2:] if word == match[0] else ()
            end = match.end()

    def _lacks(self, word: str, starts: bool, following: str) -> bool:
        if word in self._exact or word.lower() in _CALENDAR | _EVERYWHERE:
            return False
        plain = word[0] + word[1:].lower()
        if word != plain:  # an abbreviation, or capitals within
            return word.lower() not in self._lower or word.isupper()
        if word.lower() in self._lower:
            return False
        if not starts:
            return not self._known_by_stem(word)
        return not self._may_start(word, following)

    def _known_by_stem(self, word: str) -> bool:
        return (word.endswith("s") and word[:-1] in self._exact) or f"{word}s" in self._exact

    def _may_start(self, word: str, following: str) -> bool:
        """An unknown first word is taken for ordinary, unless it looks like a name."""
        if word.lower() in _STARTERS:
            return True
        if re.match(r" [A-Z]", following):
            return False
        return bool(_ORDINARY_ENDING.search(word.lower()))

    @staticmethod
    def _join(name: tuple[str, ...], gap: str) -> tuple[str, ...]:
        """The name so far, if what stands before the next word lets it go on."""
        goes_on = gap.strip().lower() in _WITHIN_NAMES
        return name if goes_on and name and name[-1].lower() not in _TITLES else ()

    def _apart(self, name: tuple[str, ...]) -> bool:
        """Whether the neighbours in a name never stand together in the source."""
        run = tuple(word.lower() for word in name)
        while run and run[0] in _CALENDAR | _STARTERS | _EVERYWHERE | _TITLES:
            run = run[1:]
        if len(run) < 2 or run[-1] in _CALENDAR | _STARTERS | _EVERYWHERE:
            return False
        return run not in self._runs


_PLACES_LIST = """
    香港島 九龍城 九龍 新界 中西區 灣仔 油尖旺 深水埗 黃大仙 觀塘 葵青 荃灣 屯門
    元朗 大埔 沙田 西貢 離島 中環 上環 西環 金鐘 銅鑼灣 北角 鰂魚涌 柴灣 筲箕灣
    旺角 尖沙咀 油麻地 長沙灣 荔枝角 紅磡 土瓜灣 啟德 牛頭角 藍田 將軍澳 粉嶺
    上水 天水圍 東涌 大嶼山 長洲 南丫島 坪洲 馬鞍山 青衣 葵涌 落馬洲 羅湖 赤鱲角
    鴨脷洲 赤柱 薄扶林 石澳 淺水灣 北京 上海 深圳 廣州 珠海 澳門 廣東 福建 台灣
    日本 韓國 泰國 越南 新加坡 馬來西亞 印尼 印度 菲律賓 美國 英國 法國 德國
    意大利 澳洲 加拿大 俄羅斯 巴西 西班牙 荷蘭 波蘭 瑞士 柬埔寨 緬甸 南非
    沙特阿拉伯 阿聯酋 紐西蘭 孟加拉 巴基斯坦
"""
_PLACES = _PLACES_LIST.split()
_PLACE = re.compile("|".join(sorted(_PLACES, key=len, reverse=True)))
_BODY = re.compile(
    r"(?=([\u4e00-\u9fff]{2}(?:委員會|辦事處|衞生署|管理局|總署|總局|協會|學會|公司|銀行|大學|"
    r"中學|小學|"
    r"醫院|法院|公園|[署局廳邨苑庭])))"
)
_BODY_SHORT = re.compile(r"(?=([\u4e00-\u9fff][署局廳邨苑]))")
_NOT_A_BODY = re.compile(
    "當局|結局|全局|大局|部署|簽署|佈局|布局|局署|格局|時局|僵局|家庭|餐廳|客廳|該署|該局|法庭|本署|本局|開庭|出庭"
)
_FUNCTION = frozenset(
    "向由與和及對在是至往的為就經給跟把被讓使而或於到從自以因如將會已曾並也亦該各有無非等請按據待"
    "獲可應須需正仍再又則且但當說指前後中內外上下人員，。、；：（）「」今日昨明及其他至於任表示並與聯同"
)
_SURNAMES = (
    "李陳張黃王吳劉梁林何周楊徐朱鄧馮許蔡鄭謝郭羅曾葉潘盧胡馬譚麥蘇余鍾關呂鄺伍區方袁彭戴曹姚"
    "唐丘邱孫莫沈董魏韋甘龍湯錢杜石范歐霍尹陸簡駱嚴文江溫霍衛翁施傅柯田白倪辛邵穆崔程夏薛賴廖"
)
# Rarer ones, also everyday characters: a title must follow.
_MORE_SURNAMES = "高孔巫甄游詹冼屈尤龐賀顧孟金洪丁卓畢殷俞岑喬郁古康湛紀凌容符單成常倫區褚甘麥敖"
_TITLED = re.compile(
    rf"(?=([{_SURNAMES}{_MORE_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?:先生|女士|博士|教授|醫生|議員|法官|小姐|太太|"
    rf"太平紳士))"
)
_TITLE_FIRST = re.compile(
    rf"(?<!副)(?:局長|署長|處長|司長|長官|主席|總監|專員|總裁|總經理|秘書長|關長|隊長|主任)"
    rf"([{_SURNAMES}][\u4e00-\u9fff]{{2}})"
)
_LETTER = "A-Za-z0-9\u00c0-\u024f"
_LATIN = re.compile(rf"[A-Za-z\u00c0-\u024f][{_LETTER}&.'’/@_-]*[{_LETTER}]|[A-Za-z]")


def _shorten_names(source: str) -> Iterator[str]:
    """What names would be without their brackets: 銀行有限 of 銀行（香港）有限公司."""
    for found in find_brackets_in_names(source, "zh"):
        before, after = source[: found.start()][-2:], source[found.end() :][:2]
        if len(before + after) == 4:
            yield before + after


class ChineseNames:
    """A Chinese source, ready to be asked for the names of a summary."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._folded = source.lower()
        self._shortened = {name for name in _shorten_names(source) if name not in source}

    def find_unsupported(self, summary: str) -> Iterator[str]:
        """The names of the summary that the source lacks."""
        yield from self._latin(summary)
        yield from (name for name in self._shortened if name in summary)
        yield from (name for name in _PLACE.findall(summary) if name not in self._source)
        yield from self._bodies(summary)
        yield from self._persons(summary)

    def _latin(self, summary: str) -> Iterator[str]:
        for word in _LATIN.findall(summary):
            if word.lower() not in self._folded:
                yield word

    def _bodies(self, summary: str) -> Iterator[str]:
        for pattern in (_BODY, _BODY_SHORT):
            for match in pattern.finditer(summary):
                name = match[1]
                if name[0] in _FUNCTION or _NOT_A_BODY.search(name) or self._knows(name):
                    continue
                yield name

    def _knows(self, name: str) -> bool:
        """Whether the source has the name, its end as a name, or a longer form of it."""
        if name in self._source or name in {"總署", "總局"} or name[-1] == name[-2]:
            return True
        if any(self._starts_here(name[start:]) for start in (1, 2)):
            return True
        # 康文署 stands for 康樂及文化事務署: its characters in order, close together.
        return bool(re.search("[\u4e00-\u9fff]{0,5}".join(name), self._source))

    def _starts_here(self, rest: str) -> bool:
        """Whether the source has the rest of a name where a name may start."""
        if len(rest) < 2:
            return False
        position = self._source.find(rest)
        while position >= 0:
            if (
                position == 0
                or self._source[position - 1] in _FUNCTION
                or not ("\u4e00" <= self._source[position - 1] <= "\u9fff")
            ):
                return True
            position = self._source.find(rest, position + 1)
        return False

    def _persons(self, summary: str) -> Iterator[str]:
        for pattern in (_TITLED, _TITLE_FIRST):
            for match in pattern.finditer(summary):
                name = match[1]
                if name in self._source or name[1] in _FUNCTION:
                    continue
                if name[2:] in _FUNCTION and name[:2] in self._source:
                    continue
                yield name
