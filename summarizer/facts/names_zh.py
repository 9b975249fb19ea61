"""Names in Chinese text, and those that a summary may only take from its source. Pure."""

import re
from collections.abc import Iterator

from summarizer.brackets import find_brackets_in_names
from summarizer.facts.bodies import BodyNames, Named, read_bodies
from summarizer.facts.figures import Fact

_PLACES_LIST = """
    香港島 港島 九龍城 九龍 新界 中西區 灣仔 油尖旺 深水埗 黃大仙 觀塘 葵青 荃灣 屯門
    元朗 大埔 沙田 西貢 離島 中環 上環 西環 金鐘 銅鑼灣 北角 鰂魚涌 柴灣 筲箕灣 西灣河 天后
    炮台山 太古 杏花邨 小西灣 跑馬地 半山 山頂 堅尼地城 西營盤 石塘咀 香港仔 鴨脷洲 黃竹坑
    淺水灣 赤柱 薄扶林 石澳 大潭 數碼港 旺角 尖沙咀 油麻地 佐敦 太子 長沙灣 荔枝角 美孚
    石硤尾 大角咀 奧運 南昌 紅磡 何文田 土瓜灣 馬頭圍 啟德 九龍灣 九龍塘 樂富 慈雲山 鑽石山
    彩虹 牛頭角 藍田 秀茂坪 順利 油塘 鯉魚門 調景嶺 將軍澳 坑口 寶琳 康城 清水灣 粉嶺 上水
    沙頭角 打鼓嶺 古洞 羅湖 落馬洲 新田 錦田 八鄉 石崗 屏山 流浮山 天水圍 洪水橋 廈村 藍地
    兆康 小欖 掃管笏 深井 青龍頭 馬灣 青衣 葵涌 葵芳 葵興 大窩口 荔景 大圍 火炭 馬鞍山 烏溪沙
    馬料水 大尾篤 船灣 汀角 太和 林村 北潭 萬宜 白沙灣 東涌 大嶼山 愉景灣 梅窩 大澳 貝澳 塘福
    長洲 南丫島 坪洲 蒲台 赤鱲角 欣澳 東龍洲 塔門 吉澳 鴨洲 元洲 昂坪 河套 深圳灣 蓮塘 香園圍
    北京 上海 天津 重慶 深圳 廣州 珠海 佛山 東莞 中山 江門 肇慶 惠州 澳門 廣東 廣西 福建 廈門
    浙江 杭州 江蘇 南京 蘇州 湖南 長沙 湖北 武漢 四川 成都 山東 青島 河南 河北 遼寧 大連 吉林
    黑龍江 海南 雲南 貴州 陝西 西安 甘肅 新疆 西藏 內蒙古 寧夏 青海 江西 安徽 山西 台灣 台北
    日本 東京 大阪 沖繩 韓國 首爾 泰國 曼谷 越南 河內 新加坡 馬來西亞 吉隆坡 印尼 雅加達 印度
    孟買 新德里 菲律賓 馬尼拉 柬埔寨 老撾 緬甸 汶萊 巴基斯坦 孟加拉 斯里蘭卡 尼泊爾 美國 紐約
    華盛頓 三藩市 洛杉磯 加拿大 多倫多 溫哥華 墨西哥 巴西 阿根廷 智利 秘魯 英國 倫敦 法國 巴黎
    德國 柏林 意大利 羅馬 米蘭 西班牙 馬德里 葡萄牙 里斯本 荷蘭 比利時 布魯塞爾 瑞士 日內瓦 奧地利
    維也納 波蘭 華沙 匈牙利 布達佩斯 捷克 布拉格 瑞典 挪威 丹麥 芬蘭 冰島 愛爾蘭 希臘 土耳其 俄羅斯
    莫斯科 烏克蘭 沙特阿拉伯 阿聯酋 杜拜 卡塔爾 以色列 伊朗 埃及 南非 肯尼亞 尼日利亞 摩洛哥
    澳洲 悉尼 墨爾本 紐西蘭 奧克蘭 斐濟 瓦努阿圖 哈薩克
"""
_PLACES = _PLACES_LIST.split()
_PLACE_NAMES = BodyNames({name: name for name in _PLACES}, "zh")
_ENDINGS = (
    r"委員會|辦事處|衞生署|管理局|總署|總局|協會|學會|公司|銀行|大學|書院|學院|中學|小學|幼稚園|"
    r"裁判法院|法院|醫院|診所|公園|球場|泳灘|碼頭|大廈|商場|隧道|圖書館|博物館|體育館|社區會堂|"
    r"[署局廳邨苑庭街村灣島徑橋]|(?<!鐵)(?<!街)(?<!馬)(?<!道)(?<!通)路(?![線途段面口])|道(?![路理歉德具])"
)
_BODY = re.compile(rf"(?=([\u4e00-\u9fff]{{2}}(?:{_ENDINGS})))")
_BODY_SHORT = re.compile(r"(?=([\u4e00-\u9fff][署局廳邨苑]))")
_NOT_A_BODY = re.compile(
    "署任|署理|^[理任]局|當局|結局|全局|大局|部署|簽署|佈局|布局|局署|格局|時局|僵局|家庭|餐廳|客廳|"
    "該署|該局|法庭|本署|本局|開庭|出庭|渠道|報道|街道|軌道|管道|車道|知道|通道|行人道|車路|鐵路|公路|馬路|道路|網路|行路|"
    "走路|繞路|一路|沿路|海灣|港灣|大橋|天橋|小島|離島|全島|鄉村|農村|山徑|途徑|行人|行山徑|逾|"
    "[兩多各數每該本同這此某幾間家所條]"
)
_FUNCTION = frozenset(
    "向由與和及對在是至往的為就經給跟把被讓使而或於到從自以因如將會已曾並也亦該各有無非等請按據待"
    "獲可應須需正仍再又則且但當說指前後中內外上下人員，。、；：（）「」今日昨明及其他至於任表示並與聯同"
)
# No name of a body has these before its last word.
_NEVER_WITHIN = frozenset("應向由與和對將會已各並在於而或被把的予")
_SURNAMES = (
    "李陳張黃王吳劉梁林何周楊徐朱鄧馮許蔡鄭謝郭羅曾葉潘盧胡馬譚麥蘇余鍾關呂鄺伍區方袁彭戴曹姚"
    "唐丘邱孫莫沈董魏韋甘龍湯錢杜石范歐霍尹陸簡駱嚴文江溫衛翁施傅柯田白倪辛邵穆崔程夏薛賴廖"
)
# Rarer ones, also everyday characters: a title must follow.
_MORE_SURNAMES = (
    "高孔巫甄游詹冼屈尤龐賀顧孟金洪丁卓畢殷俞岑喬郁古康湛紀凌容符單成常倫褚敖紀鄺龐單柏"
)
_TITLES_AFTER = "先生|女士|博士|教授|醫生|議員|法官|小姐|太太|太平紳士"
_TITLED = re.compile(
    rf"(?=([{_SURNAMES}{_MORE_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?:{_TITLES_AFTER}))"
)
_POSTS = (
    "局長|署長|處長|司長|長官|主席|總監|專員|總裁|總經理|秘書長|關長|隊長|主任|委任|接替|工程師|律師|"
    "教授|博士|委員|院長|校長|理事長|會長|法官|警司|督察"
)
_TITLE_FIRST = re.compile(
    rf"(?<!副)(?:{_POSTS})([{_SURNAMES}{_MORE_SURNAMES}][\u4e00-\u9fff]{{2}})"
)
_LETTER = "A-Za-z0-9\u00c0-\u024f"
_LATIN = re.compile(rf"[A-Za-z\u00c0-\u024f][{_LETTER}&.'’/@_-]*[{_LETTER}]|[A-Za-z]")
# Characters of places and of given names that are hardly words of their own.
_NAMING = frozenset(
    "埔涌埗圳粵贛皖閩滬渝葵荃鰂筲箕薄凫赤鱲鴨脷鯉咀壆瀝榕楠樟蕉茜莎莉"
    "芷芝芸芹苑茹菁菲萍蓉蓓蔚薇薏琪琳瑩瑪瑤瑋璇璐珊嫻婷娟姍婉媛嫣嬌"
    "懿斌昊昕旭旻晞暉曦杰栢桓梓楓泓洛浚涵淇"
    "渝湛瀚炳煒熙燁爵珏珩琛瑜璋璟皓睿祺秉穎筠翎"
    "肇芊荻莘萱葦蓁蕙蕾薰詠郁釗鈞銓銘錕鏗鑫霆霖霏靄靖韜顥驊駿"
    "鴻鵬鶯麒麟黛龔岑鄺鄧馮譚譫梁粱"
)
_RARE = re.compile(r"[\u4e00-\u9fff]+")


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
        for name, *_ in _PLACE_NAMES.find(summary):
            if name not in self._source:
                yield name
        yield from self._departments(summary)
        yield from self._bodies(summary)
        yield from self._persons(summary)
        yield from self._rare(summary)

    def _latin(self, summary: str) -> Iterator[str]:
        for word in _LATIN.findall(summary):
            if word.lower() not in self._folded:
                yield word

    def _departments(self, summary: str) -> Iterator[str]:
        """The bodies of the Government that the source gives none of their names."""
        bodies = read_bodies("zh")
        for key, start, end in bodies.find_in_chinese(summary):
            surface = summary[start:end]
            if surface in self._source or self._abbreviates(surface):
                continue
            if not any(name in self._source for name in bodies.of_key[key]):
                yield surface

    def _bodies(self, summary: str) -> Iterator[str]:
        for pattern in (_BODY, _BODY_SHORT):
            for match in pattern.finditer(summary):
                name = match[1]
                if not _is_no_body(name) and not self._knows(name):
                    yield name

    def _knows(self, name: str) -> bool:
        """Whether the source has the name, its end as a name, or a longer form of it."""
        if name in self._source or name in {"總署", "總局"} or name[-1] == name[-2]:
            return True
        if any(self._starts_here(name[start:]) for start in (1, 2)):
            return True
        return self._abbreviates(name)

    def _abbreviates(self, name: str) -> bool:
        """康文署 stands for 康樂及文化事務署: its characters in order, close together."""
        return bool(re.search("[\u4e00-\u9fff]{0,5}".join(name), self._source))

    def _starts_here(self, rest: str) -> bool:
        """Whether the source has the rest of a name where a name may start."""
        if len(rest) < 2:
            return False
        position = self._source.find(rest)
        while position >= 0:
            before = self._source[position - 1 : position]
            if not before or before in _FUNCTION or not ("\u4e00" <= before <= "\u9fff"):
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

    def _rare(self, summary: str) -> Iterator[str]:
        """Words with a character that little but names is made of, and that the source lacks."""
        for run in _RARE.finditer(summary):
            for at, mark in enumerate(run[0]):
                if mark in _NAMING and mark not in self._source:
                    yield run[0][max(0, at - 1) : at + 2]
                    break


def find_chinese_names(text: str) -> Iterator[Fact]:
    """The names of a Chinese text, in order of their kinds: bodies, then places, then persons."""
    taken: list[Named] = []
    for body in read_bodies("zh").find_in_chinese(text):
        taken.append(body)
        yield Fact("body", body.key, "", text[body.start : body.end], body.start, body.end)
    for place in _PLACE_NAMES.find(text):
        if not _is_taken(taken, place.start):
            taken.append(place)
            yield Fact("name", place.key, "place", place.key, place.start, place.end)
    for match in _BODY.finditer(text):
        name = match[1]
        if not _is_no_body(name) and not _is_taken(taken, match.start()):
            yield Fact("name", name, "place", name, *match.span(1))
    for pattern in (_TITLED, _TITLE_FIRST):
        for match in pattern.finditer(text):
            if match[1][1] not in _FUNCTION:
                yield Fact("name", match[1], "person", match[1], *match.span(1))


def _is_no_body(name: str) -> bool:
    """Whether what ends like a body's name is only a run of words."""
    return (
        name[0] in _FUNCTION
        or not _NEVER_WITHIN.isdisjoint(name[:2])
        or bool(_NOT_A_BODY.search(name))
    )


def _is_taken(taken: list[Named], start: int) -> bool:
    return any(each.start <= start < each.end for each in taken)
