"""The classifier: topics and issuing department."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from factories import make_release, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.classify import choose_topics, classify
from data.models import LANGUAGES, TOPICS, Language, Release, ReleaseText, Topic
from data.readers.feed import read_feed
from data.samples import SampleRelease, render_samples
from data.tables import Tables, load_tables

SAMPLES = render_samples(datetime(2026, 11, 23, 1, tzinfo=UTC))

# Fictional titles over the kinds of releases, each with its primary topic.
TITLES: dict[Topic, tuple[tuple[str, str], ...]] = {
    "government": (
        ("CE to visit Kunming next week", "行政長官下周訪問昆明"),
        ("CS inspects preparatory work for Sai Kung by-election", "政務司司長視察西貢補選籌備工作"),
        ("Appointments to Harbour Lighting Advisory Board", "政府委任海港照明諮詢委員會成員"),
        ("HKETO Oslo hosts spring reception in Helsinki", "駐奧斯陸經貿辦在赫爾辛基舉行春茗"),
        (
            "Nomination period for Lantau District Council by-election ends",
            "大嶼山區議會補選提名期結束",
        ),
        ("LegCo to hold special meeting on Thursday", "立法會星期四舉行特別會議"),
        (
            "Government strongly condemns overseas report smearing Hong Kong",
            "政府強烈譴責海外報告抹黑香港",
        ),
        (
            "REO appeals to electors to update registration particulars",
            "選舉事務處呼籲選民更新登記資料",
        ),
        (
            "Transcript of remarks by CE after visit to care team in North District",
            "行政長官探訪北區關愛隊後會見傳媒談話內容",
        ),
        (
            "Civil Service Bureau announces results of starting pay survey for civil servants",
            "公務員事務局公布公務員入職薪酬調查結果",
        ),
        ("Consul General of Norland pays courtesy call on CS", "諾蘭總領事禮節性拜訪政務司司長"),
        ("Director of Audit's report tabled in Legislative Council", "審計署署長報告書提交立法會"),
    ),
    "finance": (
        ("Consumer Price Indices for April", "四月份消費物價指數"),
        (
            "Fraudulent websites and internet banking login screens related to Jade Peak Bank",
            "與翠峰銀行有關的欺詐網站及網上銀行登入畫面",
        ),
        ("Tender results of Exchange Fund Bills", "外匯基金票據投標結果"),
        ("Provisional figures of retail sales for March", "三月份零售業銷貨額臨時數字"),
        (
            "Hong Kong and Ruritania sign agreement to avoid double taxation",
            "香港與魯里坦尼亞簽訂避免雙重課稅協定",
        ),
        (
            "SFC bans former fund manager of Golden Reed Capital for 10 years",
            "證監會禁止金蘆資本前基金經理重投業界十年",
        ),
        ("Coin carts to serve three districts in June", "收集硬幣車六月服務三區"),
        ("IRD issues tax returns for individuals", "稅務局發出個別人士報稅表"),
        (
            "LCQ3: Supporting small and medium enterprises in going digital",
            "立法會三題：支援中小企數碼轉型",
        ),
        ("Speech by FS at Asia Green Bond Dialogue", "財政司司長在亞洲綠色債券對話致辭"),
        (
            "Companies Registry reports 4 per cent growth in new local companies",
            "公司註冊處錄得新成立本地公司增長百分之四",
        ),
    ),
    "environment": (
        (
            "Air pollution expected to reach serious level in western districts",
            "西部地區空氣污染預料達嚴重水平",
        ),
        (
            "EPD prosecutes two firms for dumping construction waste illegally",
            "環保署檢控兩間公司非法傾倒建築廢料",
        ),
        ("AFCD reminds hikers not to feed wild monkeys", "漁護署提醒遠足人士切勿餵飼野生猴子"),
        ("Red tide sighted off Sham Tsui Bay", "深嘴灣發現紅潮"),
        ("Applications open for new round of energy saving fund", "節能基金接受新一輪申請"),
        ("LCQ8: Reducing use of disposable plastic tableware", "立法會八題：減少使用即棄塑膠餐具"),
        ("Fishing moratorium to begin in South China Sea", "南海休漁期即將開始"),
        ("Weekly beach water quality grades released", "每周泳灘水質級別公布"),
        (
            "Endangered songbirds rescued and transferred to conservation centre",
            "獲救瀕危鳴禽轉送保育中心",
        ),
        ("New recycling stores open in Kwai Tsing", "葵青新回收便利點投入服務"),
    ),
    "health": (
        ("CHP investigates local case of dengue fever", "衞生防護中心調查一宗本地登革熱個案"),
        (
            "Import of poultry meat and products from Northmark suspended",
            "暫停進口諾馬克禽肉及禽類產品",
        ),
        ("Batch of frozen scallops found to contain excessive cadmium", "一批急凍帶子鎘含量超標"),
        (
            "Flag day this Saturday in support of hearing-impaired children",
            "周六賣旗日支持聽障兒童",
        ),
        (
            "Licence of seafood restaurant in Mong Kok suspended for 14 days",
            "旺角一間海鮮酒家牌照被暫時吊銷十四天",
        ),
        (
            "Hospital Authority announces sentinel event at Tseung Kwan O Hospital",
            "醫管局公布將軍澳醫院一宗醫療風險警示事件",
        ),
        ("SWD opens applications for carer respite vouchers", "社署接受照顧者暫託服務券申請"),
        (
            "LCQ11: Waiting time for subsidised residential care places for the elderly",
            "立法會十一題：資助安老宿位輪候時間",
        ),
        (
            "Free seasonal influenza vaccination for schoolchildren to start in October",
            "學童免費季節性流感疫苗接種十月開始",
        ),
        (
            "Unlabelled slimming capsules with undeclared drug ingredient seized from clinic",
            "診所檢獲含未標示藥物成分的減肥膠囊",
        ),
        ("FEHD steps up rodent control in old districts", "食環署加強舊區滅鼠工作"),
        ("Temporary cold shelters open tonight", "臨時避寒中心今晚開放"),
        ("Public urged not to consume raw oysters from Blue Cove", "市民切勿食用藍灣生蠔"),
    ),
    "transport": (
        ("Special traffic arrangements for Harbour Run on Sunday", "海港跑周日特別交通安排"),
        (
            "Hongkong Post to issue special stamps on old ferries",
            "香港郵政發行「舊日渡輪」特別郵票",
        ),
        ("Suspension of surface mail services to Ruritania", "暫停寄往魯里坦尼亞的平郵服務"),
        (
            "Highways Department to close footbridge in Kwun Tong for lift works",
            "路政署封閉觀塘行人天橋進行升降機工程",
        ),
        (
            "Housing Authority puts up 3,000 flats for sale in new Home Ownership Scheme exercise",
            "房委會新一期居屋推售三千個單位",
        ),
        (
            "Lands Department invites tenders for residential site in Kai Tak",
            "地政總署招標出售啟德住宅用地",
        ),
        (
            "Fresh water supply to parts of Sham Shui Po suspended for mains repair",
            "深水埗部分地區因搶修水管暫停食水供應",
        ),
        (
            "Marine Department reminds vessel operators of speed limits",
            "海事處提醒船隻操作人遵守航速限制",
        ),
        ("OFCA urges public to register SIM cards", "通訊辦呼籲市民為電話卡辦理實名登記"),
        ("LCQ5: Increasing parking spaces for goods vehicles", "立法會五題：增加貨車泊車位"),
        (
            "Draft Tung Chung Outline Zoning Plan exhibited for public inspection",
            "東涌分區計劃大綱草圖公開展示",
        ),
        (
            "Passenger and cargo throughput of Hong Kong International Airport rises",
            "香港國際機場客貨運量上升",
        ),
        ("Tunnel toll collection system to be upgraded overnight", "隧道收費系統通宵提升"),
    ),
    "law": (
        ("Police arrest five in investment fraud syndicate", "警方拘捕五人瓦解投資詐騙集團"),
        (
            "Hong Kong Customs seizes duty-not-paid cigarettes worth $8 million",
            "香港海關檢獲值八百萬元的未完稅香煙",
        ),
        ("Appeal for information on missing woman in Tai Wai", "警方呼籲市民提供大圍失蹤女子消息"),
        ("Illegal workers jailed by Shatin Magistrates' Courts", "沙田裁判法院判非法勞工入獄"),
        (
            "ICAC charges former purchasing manager with accepting bribes",
            "廉署起訴前採購經理涉嫌受賄",
        ),
        ("Fatal traffic accident in Yuen Long", "元朗致命交通意外"),
        ("No. 3 alarm fire breaks out in Chai Wan warehouse", "柴灣貨倉發生三級火"),
        (
            "Correctional officers stop persons in custody from fighting at Lantau prison",
            "懲教人員制止大嶼山監獄在囚人士打鬥",
        ),
        ("Court of Final Appeal to sit in new session", "終審法院新一庭期開庭"),
        ("LCQ16: Combating telephone deception", "立法會十六題：打擊電話騙案"),
        ("Passing-out parade for fire services recruits held", "消防及救護學員結業會操舉行"),
        (
            "Estimated passenger traffic at control points during Easter",
            "復活節期間出入境管制站預計旅客流量",
        ),
        (
            "Secretary for Justice speaks on mediation at Lisbon forum",
            "律政司司長於里斯本論壇談調解",
        ),
    ),
    "education": (
        ("Statutory minimum wage to rise to $43.1", "法定最低工資上調至四十三元一角"),
        (
            "Labour Department to hold hospitality job fair in Tuen Mun",
            "勞工處在屯門舉行酒店業招聘會",
        ),
        (
            "Labour Department highly concerned about fatal work accident in Fanling",
            "勞工處高度關注粉嶺致命工作意外",
        ),
        ("Results of Secondary School Places Allocation released", "中學學位分配結果公布"),
        (
            "Unemployment rate at 3.4 per cent for February to April",
            "二月至四月失業率為百分之三點四",
        ),
        (
            "Employment agency convicted of overcharging domestic helpers",
            "職業介紹所濫收外傭佣金被定罪",
        ),
        ("LCQ2: Mental resilience of university students", "立法會二題：大學生抗逆能力"),
        ("Kindergarten and primary classes suspended tomorrow", "幼稚園及小學明日停課"),
        ("Scholarship for vocational trainees open for applications", "職業訓練學員獎學金接受申請"),
        ("Registration for 2027 HKDSE begins", "二○二七年文憑試開始報名"),
    ),
    "culture": (
        ("Museum of Coastal Defence opens exhibition on signal flags", "海防博物館展出信號旗"),
        (
            "LCSD to stage Cantonese opera series in Sha Tin Town Hall",
            "康文署於沙田大會堂舉辦粵劇系列",
        ),
        ("Po Hong swimming pool temporarily closed", "寶康游泳池暫停開放"),
        ("Visitor arrivals up 9 per cent in first quarter", "首季訪港旅客上升百分之九"),
        ("Old pumping station declared monument", "舊抽水站列為法定古蹟"),
        (
            "Hong Kong athletes win two medals at table tennis championships",
            "香港運動員於乒乓球錦標賽奪兩面獎牌",
        ),
        (
            "Public libraries extend opening hours for reading month",
            "公共圖書館配合閱讀月延長開放時間",
        ),
        (
            "LCQ14: Promoting inbound tourism from the Middle East",
            "立法會十四題：推動中東旅客來港旅遊",
        ),
        ("Film Development Fund supports six new directors", "電影發展基金資助六名新導演"),
    ),
    "weather": (
        ("Thunderstorm Warning extended", "雷暴警告延長生效時間"),
        (
            "Strong Wind Signal No. 3 issued as tropical cyclone edges closer",
            "熱帶氣旋逐漸靠近 三號強風信號生效",
        ),
        ("Red flag hoisted at Golden Shell Beach", "金貝灘懸掛紅旗"),
        ("Cold Weather Warning cancelled", "寒冷天氣警告取消"),
        ("The weather of May 2026", "二○二六年五月天氣回顧"),
        ("Very Hot Weather Warning in force", "酷熱天氣警告生效"),
        (
            "Shell Bay Beach closed to swimmers because of poor water quality",
            "貝灣泳灘因水質欠佳暫停開放予泳客",
        ),
        ("Observatory detects earthquake in Luzon", "天文台錄得呂宋地震"),
    ),
}
TITLE_CASES: list[tuple[Topic, Language, str]] = [
    (topic, language, title)
    for topic, pairs in TITLES.items()
    for pair in pairs
    for language, title in zip(LANGUAGES, pair, strict=True)
]

# Many more, as a measure rather than each as a demand: topic, English and Chinese title.
MANY_TITLES = [
    tuple(line.split(" | "))
    for line in Path(__file__).with_name("classify_titles.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]

# The real releases: ids of the English and the Chinese text, primary topic, issuing body.
REAL: tuple[tuple[str, str, Topic, str | None], ...] = (
    ("P2025111300789", "P2025111300788", "government", "HAD"),
    ("P2025111300950", "P2025111300951", "government", "HKETO"),
    ("P2025112700375", "P2025112700333", "health", "SWD"),
    ("P2025112700498", "P2025112700392", "health", "PHC Commission"),
    ("P2025112700595", "P2025112700597", "finance", "HKMA"),
    ("P2025112700792", "P2025112700789", "education", "LD"),
    ("P2025112700949", "P2025112700655", "education", "LD"),
    ("P2025112800671", "P2025112800520", "education", "EDB"),
    ("P2025112800963", "P2025112800774", "finance", "HKMA"),
    ("P2025112900238", "P2025112900235", "transport", "HKHA"),
    ("P2025113000022", "P2025112900822", "transport", "BD"),
    ("P2025113000682", "P2025113000660", "transport", "TD"),
    ("P2025120200931", "P2025120200934", "government", "REO"),
    ("P2025120300716", "P2025120300712", "education", "LD"),
    ("P2025121000820", "P2025121000818", "law", "LAD"),
    ("P2025121000842", "P2025121000843", "law", "Judiciary"),
    ("P2025121200786", "P2025121200787", "government", None),
    ("P2025121200984", "P2025121200829", "health", None),
    ("P2025121900659", "P2025121900651", "transport", "TD"),
    ("P2025122000548", "P2025122000549", "law", "HKPF"),
    ("P2026051100735", "P2026051100649", "health", "FEHD"),
    ("P2026051200467", "P2026051200468", "transport", "HKPO"),
)

# Fictional openings and the body that speaks in them.
ISSUERS: tuple[tuple[str | None, Language, str, str], ...] = (
    (
        "HKMA",
        "en",
        "Relief for borrowers",
        "The following is issued on behalf of the Hong Kong "
        "Monetary Authority:\n\nThe Police and 12 banks met today (May 4).",
    ),
    (
        "HKMA",
        "zh",
        "借款人紓困措施",
        "下稿代香港金融管理局發出︰\n\n警方與12間銀行今日（五月四日）會面。",
    ),
    (
        "HKHA",
        "en",
        "HA launches sale of flats",
        "The following is issued on behalf of the Hong Kong "
        "Housing Authority:\n\nThe Hong Kong Housing Authority (HA) said that flats go on sale.",
    ),
    ("HA", "en", "HA opens new ward", "The Hospital Authority (HA) said today that a ward opened."),
    (
        "HKO",
        "en",
        "Frost Warning",
        "Attention duty announcers, radio and TV stations:\n\nPlease "
        "broadcast the following as soon as possible:\n\nThe Frost Warning was issued by the Hong "
        "Kong Observatory at 6.20am.",
    ),
    (
        "LCSD",
        "en",
        "Red flag hoisted",
        "Attention TV/radio announcers:\n\nPlease broadcast the "
        "following as soon as possible:\n\nHere is an item of interest to swimmers.\n\nThe Leisure "
        "and Cultural Services Department announced today (May 4) that red flags were hoisted.",
    ),
    (
        "CHP",
        "en",
        "Case under investigation",
        "The Centre for Health Protection (CHP) of the "
        "Department of Health is today (May 4) investigating a case together with the Hospital "
        "Authority.",
    ),
    (
        "CHP",
        "zh",
        "調查中的個案",
        "衞生署衞生防護中心今日（五月四日）正聯同醫院管理局調查一宗個案。",
    ),
    (
        "CFS",
        "zh",
        "停售通知",
        "食物環境衞生署（食環署）食物安全中心今日（五月四日）呼籲市民停止食用。",
    ),
    (
        "FSD",
        "en",
        "Drill held",
        "In view of the dry weather, the Fire Services Department (FSD) "
        "will hold a drill with the Police tomorrow.",
    ),
    ("FSD", "zh", "舉行演習", "因應天氣乾燥，消防處將於明日聯同警方舉行演習。"),
    (
        "BD",
        "en",
        "Works suspended",
        "A spokesman for the Buildings Department (BD) said today that "
        "the Labour Department had been told.",
    ),
    (
        "HHB",
        "en",
        "LCQ9: Waiting time",
        "Following is a question by the Hon Chan Siu-ming and a "
        "written reply by the Secretary for Health, Professor Lam Wai, in the Legislative Council "
        "today (May 4):\n\nQuestion:\n\nWill the Government inform this Council of the time?",
    ),
    (
        "HHB",
        "zh",
        "立法會九題：輪候時間",
        "以下是今日（五月四日）在立法會會議上陳小明議員的提問和醫務衞生局局長"
        "林惠教授的書面答覆：\n\n問題：\n\n政府可否告知本會有關時間？",
    ),
    ("FS's Office", "en", "Speech by FS at Lantern Dialogue", ""),
    ("FS's Office", "zh", "財政司司長出席燈籠對話致辭全文", ""),
    (
        "DEVB",
        "en",
        "Site visit",
        "The Secretary for Development, Ms Lam Wai, today (May 4) visited "
        "a site of the Highways Department.",
    ),
    ("DEVB", "zh", "視察工地", "發展局局長林惠今日（五月四日）視察路政署的工地。"),
    (
        "HKETO",
        "en",
        "HKETO Oslo hosts reception",
        "The Hong Kong Economic and Trade Office, Oslo, hosted a reception on May 4.",
    ),
    ("HKETO", "zh", "駐奧斯陸經貿辦舉行酒會", "香港駐奧斯陸經濟貿易辦事處於五月四日舉行酒會。"),
    (
        "LD",
        "en",
        "Firm in court",
        "A firm was fined at Fanling Magistrates' Courts today (May 4). "
        "The prosecution was brought by the Labour Department.",
    ),
    (
        "REO",
        "en",
        "New polling stations",
        "The Chief Executive announced today (May 4) that the "
        "poll goes ahead. The Registration and Electoral Office (REO) said that two stations will "
        "move.",
    ),
    ("HKPF", "zh", "警方調整熱線時間", ""),
    (
        None,
        "en",
        "Government sets up committee",
        "The Government has set up a committee today "
        "(May 4). Members of the public may contact the Police or the Fire Services Department.",
    ),
    (None, "zh", "政府成立委員會", "政府今日（五月四日）成立委員會。市民可向警方或消防處查詢。"),
    (
        None,
        "en",
        "Had it been a customs house",
        "Readers observe the customs of old; it has charm.",
    ),
)


def make_single(language: Language, title: str, body: str = "") -> Release:
    return make_release(make_text(language, title=title, body=body), topics=())


def as_release(sample: SampleRelease, *languages: Language) -> Release:
    release = sample.to_release("https://www.info.gov.hk")
    texts = {language: release.texts[language] for language in languages}
    return release.model_copy(update={"texts": texts, "topics": (), "department": None})


@pytest.fixture(scope="module")
def real_texts(gia: Path) -> dict[str, ReleaseText]:
    feeds = (gia / "general_en.xml", gia / "general_zh.xml")
    return {
        item.text.id: item.text for feed in feeds for item in read_feed(feed.read_bytes()).items
    }


# Topics


@pytest.mark.parametrize(("topic", "language", "title"), TITLE_CASES)
def test_a_title_alone_shows_its_topic(
    tables: Tables, topic: Topic, language: Language, title: str
) -> None:
    assert classify(make_single(language, title), tables).topics[0] == topic


@pytest.mark.parametrize("pair", [pair for pairs in TITLES.values() for pair in pairs])
def test_both_titles_together_have_the_topic_of_either(
    tables: Tables, pair: tuple[str, str]
) -> None:
    en, zh = make_text("en", title=pair[0], body=""), make_text("zh", title=pair[1], body="")
    alone = classify(make_release(en), tables)
    assert classify(make_release(en, zh), tables).topics[0] == alone.topics[0]


def test_the_titles_are_sixty_and_more_over_all_topics() -> None:
    assert set(TITLES) == set(TOPICS)
    assert sum(map(len, TITLES.values())) >= 60


@pytest.mark.parametrize("languages", [("en",), ("zh",), LANGUAGES], ids="+".join)
def test_of_the_titles_of_a_year_nineteen_in_twenty_show_their_topic(
    tables: Tables, languages: tuple[Language, ...]
) -> None:
    wrong = []
    for topic, *titles in MANY_TITLES:
        by_language = dict(zip(LANGUAGES, titles, strict=True))
        texts = [make_text(each, title=by_language[each], body="") for each in languages]
        found = classify(make_release(*texts, topics=()), tables)
        wrong += [(topic, *titles, found.topics)] if found.topics[0] != topic else []
    assert len(MANY_TITLES) >= 600
    assert len(wrong) <= len(MANY_TITLES) // 20, wrong


def test_the_same_news_in_either_language_alone_has_the_same_topic(tables: Tables) -> None:
    pairs = [
        [
            classify(make_single(language, title), tables).topics[0]
            for language, title in zip(LANGUAGES, titles, strict=True)
        ]
        for _, *titles in MANY_TITLES
    ]
    assert sum(en == zh for en, zh in pairs) / len(pairs) >= 0.95


@pytest.mark.parametrize(
    ("language", "title", "topic"),
    [
        ("en", "Restaurant fined for discharging oily fumes", "environment"),
        ("en", "Man jailed for illegal possession of endangered species", "environment"),
        ("en", "Owner convicted for not complying with building order", "transport"),
        ("en", "Employer jailed over unpaid wages", "education"),
        ("en", "Six illegal workers jailed", "law"),
        ("en", "Two men convicted and jailed", "law"),
        ("zh", "食肆排放油煙被罰款", "environment"),
        ("zh", "業主不遵從清拆令被定罪", "transport"),
        ("zh", "六名非法勞工被判監", "law"),
    ],
)
def test_what_was_done_tells_more_than_that_a_court_punished_it(
    tables: Tables, language: Language, title: str, topic: Topic
) -> None:
    assert classify(make_single(language, title), tables).topics[0] == topic


@pytest.mark.parametrize(
    ("language", "title", "topic"),
    [
        ("en", "Ceasefire talks resume as fighting spreads", "government"),
        ("en", "UN chief urges Security Council to act", "government"),
        ("en", "Millions displaced by drought face hunger", "health"),
        ("en", "WHO: measles surges among refugee children", "health"),
        ("en", "Deforestation slows, but climate crisis deepens", "environment"),
        ("en", "War crimes trial opens at International Criminal Court", "law"),
        ("en", "Girls return to school after two years, UNICEF says", "education"),
        ("zh", "安理會呼籲立即停火", "government"),
        ("zh", "难民营爆发霍乱", "health"),
        ("zh", "气候危机加剧，专家警告毁林", "environment"),
        ("zh", "国际刑事法院开审战争罪案件", "law"),
    ],
)
def test_news_from_elsewhere_is_classed_by_its_words(
    tables: Tables, language: Language, title: str, topic: Topic
) -> None:
    assert classify(make_single(language, title), tables).topics[0] == topic


@pytest.mark.parametrize(
    ("language", "title", "topic"),
    [
        ("en", "Co-operation on vaccines deepened", "health"),  # no operation of the police
        ("en", "In operation: first food waste plant", "environment"),
        ("zh", "針對學校發展的方案", "education"),  # no needle, no exhibition, no case
        ("zh", "銅鑼灣路段重開", "transport"),  # no bronze
        ("zh", "各方面全面檢討巴士服務", "transport"),  # 麵 is written 面 in Simplified script
        ("zh", "立法會舉行會議", "government"),
    ],
)
def test_a_word_within_another_by_chance_says_nothing(
    tables: Tables, language: Language, title: str, topic: Topic
) -> None:
    assert classify(make_single(language, title), tables).topics == (topic,)


def test_the_council_that_meets_is_not_the_executive_council(tables: Tables) -> None:
    found = classify(make_single("zh", "通告", "立法會將於星期三舉行會議。"), tables)
    assert (found.topics, found.department) == (("government",), "LegCo")


@pytest.mark.parametrize(
    ("language", "title", "topic"),
    [
        ("en", "LegCo Panel on Transport to discuss bus safety", "government"),
        ("zh", "立法會交通事務委員會討論巴士安全", "government"),
        ("en", "Secretary for Education to visit Kunming", "government"),
        ("en", "Hospital governors reappointed", "government"),
        ("en", "Education initiatives in the Policy Address", "education"),
        ("zh", "施政報告提出的教育措施", "education"),
        ("en", "Greater Bay Area lawyers' examination held", "law"),
        ("zh", "粵港澳大灣區律師考試舉行", "law"),
    ],
)
def test_what_the_council_does_is_government_and_what_a_plan_names_is_its_field(
    tables: Tables, language: Language, title: str, topic: Topic
) -> None:
    assert classify(make_single(language, title), tables).topics[0] == topic


def test_a_phrase_there_by_chance_does_not_hide_the_one_that_is_meant(tables: Tables) -> None:
    # 月全食 would be an eclipse, 月食 in 七月食物 is none
    assert classify(make_single("zh", "七月食物安全報告"), tables).topics == ("health",)


def test_simplified_text_is_understood_like_traditional(tables: Tables) -> None:
    assert classify(make_single("zh", "卫生防护中心调查一宗登革热个案"), tables).topics == (
        "health",
    )
    assert classify(make_single("zh", "卫生防护中心调查个案"), tables).department == "CHP"


def test_a_council_question_is_classed_by_its_content_not_by_the_council(tables: Tables) -> None:
    opening = (
        "Following is a question by the Hon Chan Siu-ming and a reply by the Secretary for "
        "Housing, Ms Lam Wai, in the Legislative Council today (May 4):\n\nQuestion:\n\n"
        "How many public housing tenants have asked for a transfer?"
    )
    found = classify(make_single("en", "LCQ4: Transfer of tenants", opening), tables)
    assert (found.topics, found.department) == (("transport",), "HB")


def test_an_appointment_is_of_the_government_and_then_of_its_field(tables: Tables) -> None:
    body = (
        "The Government announced today (May 4) the appointment of four members to the Bus "
        "Advisory Panel. The panel advises the Transport Department on bus routes, bus fares and "
        "bus stops. A spokesman for the Transport and Logistics Bureau thanked them."
    )
    found = classify(make_single("en", "Appointments to Bus Advisory Panel", body), tables)
    assert found.topics == ("government", "transport")


def test_a_title_that_says_nothing_leaves_it_to_the_body(tables: Tables) -> None:
    body = "A woman aged 40 tested positive for measles and is treated in hospital."
    assert classify(make_single("en", "Latest situation", body), tables).topics == ("health",)


def test_the_title_outweighs_what_the_body_names_in_passing(tables: Tables) -> None:
    body = "Runners will pass a museum, a theatre and a swimming pool. Roads near the museum close."
    found = classify(
        make_single("en", "Special traffic arrangements for harbour run", body), tables
    )
    assert found.topics[0] == "transport"


def test_the_issuing_body_tips_a_title_that_could_be_anything(tables: Tables) -> None:
    for name, topic in (("EDB", "education"), ("SWD", "health"), ("HKMA", "finance")):
        assert classify(make_single("en", f"{name} announces new scheme"), tables).topics == (
            topic,
        )


def test_a_release_without_any_known_word_goes_to_government(tables: Tables) -> None:
    found = classify(make_single("en", "Zyx"), tables)
    assert (found.topics, found.department) == (("government",), None)


def test_a_feeds_topic_and_department_stand_where_the_words_tell_nothing(tables: Tables) -> None:
    for title in ("Zyx", "Links strengthened"):
        found = classify(
            make_single("en", title),
            tables,
            default_topic="finance",
            default_department="FSTB",
        )
        assert (found.topics, found.department) == (("finance",), "FSTB")


def test_a_feeds_topic_and_department_yield_to_what_the_words_tell(tables: Tables) -> None:
    body = (
        "The Centre for Health Protection (CHP) said today that three more fell ill with measles."
    )
    found = classify(
        make_single("en", "Measles cases rise", body),
        tables,
        default_topic="finance",
        default_department="FSTB",
    )
    assert (found.topics, found.department) == (("health",), "CHP")


@pytest.mark.parametrize(
    ("scores", "topics"),
    [
        ({"law": 40.0, "health": 5.0}, ("law",)),
        ({"law": 40.0, "health": 30.0}, ("law", "health")),
        ({"law": 4.0, "health": 3.0}, ("law",)),  # too little to be clearly there
        ({"weather": 10.0, "finance": 10.0}, ("finance",)),  # a tie goes by the order of topics
        ({}, ("government",)),
    ],
)
def test_a_second_topic_is_named_only_when_it_is_clearly_there(
    scores: dict[Topic, float], topics: tuple[Topic, ...]
) -> None:
    assert choose_topics(scores) == topics


@pytest.mark.parametrize(
    "title", ["Wages rise", "WAGE RISES", "Ｗａｇｅ rise", "Wage\u00a0\u3000rise", "wage-rise"]
)
def test_english_keywords_match_in_any_case_width_and_plural(tables: Tables, title: str) -> None:
    assert classify(make_single("en", title), tables).topics == ("education",)


def test_english_keywords_match_whole_words_only(tables: Tables) -> None:
    assert classify(make_single("en", "Swaged wagers"), tables).topics == ("government",)


# Issuing bodies


@pytest.mark.parametrize(("department", "language", "title", "body"), ISSUERS)
def test_the_body_that_speaks_is_the_issuer_and_not_one_merely_named(
    tables: Tables, department: str | None, language: Language, title: str, body: str
) -> None:
    assert classify(make_single(language, title, body), tables).department == department


def test_the_issuer_is_found_in_the_text_that_names_it(tables: Tables) -> None:
    en = make_text("en", title="Lanterns lit", body="Lanterns were lit last night.")
    zh = make_text("zh", title="點亮燈籠", body="海事處今日表示，昨晚點亮燈籠。")
    assert classify(make_release(en, zh), tables).department == "MD"


@pytest.mark.parametrize(
    ("title", "department"),
    [
        ("HA opens eye clinic at North Lantau Hospital", "HA"),
        ("HA puts 900 Home Ownership Scheme flats up for sale", "HKHA"),
        ("HA's Subsidised Housing Committee endorses income limits", "HKHA"),
    ],
)
def test_bodies_with_the_same_short_name_are_told_apart(
    tables: Tables, title: str, department: str
) -> None:
    assert classify(make_single("en", title), tables).department == department


@pytest.mark.parametrize(
    ("language", "title", "department"),
    [
        ("en", "Consumer Price Indices for April", "C&SD"),
        ("en", "Fraudulent websites related to Jade Peak Bank", "HKMA"),
        ("en", "Very Hot Weather Warning in force", "HKO"),
        ("en", "Red flag hoisted at Golden Shell Beach", "LCSD"),
        ("en", "Missing man in Tai Wai located", "HKPF"),
        ("zh", "四月份消費物價指數", "C&SD"),
        ("zh", "酷熱天氣警告生效", "HKO"),
        ("zh", "下周六賣旗", "SWD"),
        ("zh", "警方呼籲提供消防處丟失車輛消息", "HKPF"),
    ],
)
def test_a_title_that_names_no_body_shows_the_one_that_issues_such(
    tables: Tables, language: Language, title: str, department: str
) -> None:
    assert classify(make_single(language, title), tables).department == department


@pytest.mark.parametrize(
    ("title", "department"),
    [
        ("Early closure of LCSD's facilities in Lantau", "LCSD"),
        ("Case under CHP investigation", "CHP"),
        ("Police and Fire Services Department in joint drill", "HKPF"),  # it comes first
        ("Joint drill with Police and Fire Services Department", None),
        ("Inspector appointed by Financial Secretary", None),  # a head is no body
    ],
)
def test_the_only_body_that_a_title_names_is_the_issuer(
    tables: Tables, title: str, department: str | None
) -> None:
    assert classify(make_single("en", title), tables).department == department


@pytest.mark.parametrize(
    ("language", "body", "department"),
    [
        (
            "en",
            "The Chief Executive, Mr Lam Wai, and the Mayor of Kunming met today.",
            "CE's Office",
        ),
        ("zh", "財政司司長林惠出席西瓜節開幕典禮。", "FS's Office"),
        ("zh", "一間公司因拖欠員工款項，被勞工處檢控。", "LD"),
    ],
)
def test_who_leads_attends_or_prosecutes_is_the_issuer(
    tables: Tables, language: Language, body: str, department: str
) -> None:
    assert classify(make_single(language, "Notice", body), tables).department == department


def test_who_speaks_goes_before_who_usually_would(tables: Tables) -> None:
    body = "The Labour Department said today that a red flag had been hoisted over the site."
    found = classify(make_single("en", "Red flag hoisted", body), tables)
    assert found.department == "LD"


@pytest.mark.parametrize(
    ("language", "body", "department"),
    [
        ("en", "The Secretary for Food and Health, Dr Lam Wai, today (May 4) met nurses.", "HHB"),
        ("en", "The Secretary for Transport and Housing, Ms Lam Wai, met drivers today.", "TLB"),
        ("zh", "民政事務局局長林惠今日（五月四日）會見青年。", "HYAB"),
        ("zh", "政府資訊科技總監辦公室今日（五月四日）公布新措施。", "DPO"),
    ],
)
def test_a_body_of_before_a_reorganisation_is_known_as_the_one_of_today(
    tables: Tables, language: Language, body: str, department: str
) -> None:
    assert classify(make_single(language, "Notice", body), tables).department == department


# Samples and real releases


@pytest.mark.parametrize("language", LANGUAGES)
def test_nine_samples_in_ten_show_topic_and_issuer_in_each_language_alone(
    tables: Tables, language: Language
) -> None:
    samples = [sample for sample in SAMPLES if language in sample.texts]
    found = [(each, classify(as_release(each, language), tables)) for each in samples]
    wrong_topic = [each.slug for each, it in found if it.topics[0] != each.topics[0]]
    wrong_body = [each.slug for each, it in found if it.department != each.department]
    assert len(wrong_topic) <= len(samples) // 10, wrong_topic
    assert len(wrong_body) <= len(samples) // 10, wrong_body


def test_samples_in_both_languages_show_the_topic_that_either_shows(tables: Tables) -> None:
    samples = [sample for sample in SAMPLES if set(sample.texts) == set(LANGUAGES)]
    neither = []
    for sample in samples:
        both = classify(as_release(sample, *LANGUAGES), tables).topics[0]
        alone = {classify(as_release(sample, each), tables).topics[0] for each in LANGUAGES}
        if both not in alone:
            neither.append(sample.slug)
    # Where two topics are even, what little speaks for the second in each language can add up.
    assert len(neither) <= len(samples) // 50, neither


@pytest.mark.parametrize(("en_id", "zh_id", "topic", "department"), REAL)
def test_a_real_release_shows_topic_and_issuer_in_each_language_and_in_both(
    tables: Tables,
    real_texts: dict[str, ReleaseText],
    en_id: str,
    zh_id: str,
    topic: Topic,
    department: str | None,
) -> None:
    en, zh = real_texts[en_id], real_texts[zh_id]
    for texts in ((en,), (zh,), (en, zh)):
        found = classify(make_release(*texts, topics=()), tables)
        assert (found.topics[0], found.department) == (topic, department)


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_titles_alone_show_their_topic_in_most_cases(
    tables: Tables, real_texts: dict[str, ReleaseText], language: Language
) -> None:
    right = 0
    for en_id, zh_id, topic, _ in REAL:
        text = real_texts[en_id if language == "en" else zh_id]
        right += classify(make_single(language, text.title), tables).topics[0] == topic
    assert right / len(REAL) >= 0.85


# What may never happen


@given(title=st.text(min_size=1), body=st.text(), language=st.sampled_from(LANGUAGES))
def test_any_text_gets_one_or_two_topics_and_a_known_issuer_or_none(
    title: str, body: str, language: Language
) -> None:
    tables = load_tables()
    found = classify(make_single(language, title, body), tables)
    assert 1 <= len(found.topics) <= 2
    assert len(set(found.topics)) == len(found.topics)
    assert found.department is None or found.department in tables.departments


WORDS = st.lists(
    st.sampled_from(
        ["Police", "HKMA", "the", "by", ",", ".", ":", "(FSD)", "museum", "of", "typhoon", "\n\n",
         "警方", "消防處", "下稿代", "發出：", "，", "由", "颱風", "學校", "以下是", "LCQ3:"]
    ),
    min_size=1,
    max_size=60,
)  # fmt: skip


@given(words=WORDS, language=st.sampled_from(LANGUAGES))
def test_classing_is_repeatable_and_changes_nothing_else(
    words: list[str], language: Language
) -> None:
    tables = load_tables()
    release = make_single(language, "Notice", " ".join(words))
    found = classify(release, tables)
    assert classify(found, tables) == found
    assert found.model_copy(update={"topics": (), "department": None}) == release


def test_the_order_of_the_texts_makes_no_difference(tables: Tables) -> None:
    en = make_text("en", title="Notice", body="The Police said today that a typhoon is near.")
    zh = make_text("zh", title="通告", body="消防處今日表示，颱風接近。")
    assert classify(make_release(en, zh), tables) == classify(make_release(zh, en), tables)


@pytest.mark.parametrize(
    "filler",
    [
        "a",
        " ",
        ",",
        ":",
        "(",
        "A a ",
        "駐",
        "：",
        "Police, ",
        "警方、",
        "of the A",
        "\n",
        "Ｈｏｎｇ　Ｋｏｎｇ",
        "香港",
        "hong kong ",
        "警police方",
        "\u200b",
        "ﷺ",
        "İ",
        "e\u0301",
        "香港特别行政区政府驻",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.timeout(20)  # some hundred times what it takes: a square of the length would not end
def test_hostile_repetition_ends(tables: Tables, language: Language, filler: str) -> None:
    release = make_single(language, filler * 5000 + "x FSD消防處", filler * 200000 + " FSD消防處")
    classify(release, tables)
