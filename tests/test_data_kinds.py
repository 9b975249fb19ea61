"""The kinds of release: which titles mark them, in both languages, and which don't wait."""

import json
import time
from pathlib import Path

import pytest
from factories import make_release, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.kinds import Kinds, KindsError, load_kinds, mark_kind
from data.models import LANGUAGES, Language, Release
from data.phrases import to_plain
from data.tables import Tables

# Kind, English title, Chinese title. All fictional, in the form of the real ones.
PAIRS = [
    (
        "council_question",
        "LCQ5: Work arrangements during typhoons",
        "立法會五題：颱風期間的工作安排",
    ),
    (
        "council_question",
        "LCQ14: Black rainstorm warning signal issued at night",
        "立法會十四題：深夜發出黑色暴雨警告信號",
    ),
    ("speech", "Speech by FS at Lantern Dialogue", "財政司司長在燈籠對話致辭全文"),
    ("speech", "SDEV's speech at storm surge forum", "發展局局長出席風暴潮論壇致辭"),
    (
        "transcript",
        "Transcript of remarks by CE at media session on No. 8 signal",
        "行政長官就八號信號會見傳媒談話全文",
    ),
    (
        "drill",
        "Government holds inter-departmental exercise on black rainstorm",
        "政府舉行黑色暴雨跨部門演習",
    ),
    ("drill", "Radiation leak drill concludes at harbour", "海港輻射外洩演習完成"),
    ("ceremony", "Flag-raising ceremony cancelled", "升旗儀式取消"),
    (
        "ceremony",
        "Flag-lowering ceremony cancelled as Black Rainstorm Warning Signal in force",
        "黑色暴雨警告信號生效　降旗儀式取消",
    ),
    ("ceremony", '"A Symphony of Lights" suspended tonight', "今晚「幻彩詠香江」暫停"),
    ("critical_warning_ended", "Black Rainstorm Warning Signal cancelled", "黑色暴雨警告信號取消"),
    (
        "critical_warning_ended",
        "No. 8 Northeast Gale or Storm Signal to be lowered",
        "八號東北烈風或暴風信號將會除下",
    ),
    ("critical_warning_ended", "Extreme conditions cancelled", "極端情況取消"),
    (
        "critical_warning_ended",
        "Strong Wind Signal No. 3 issued to replace Gale or Storm Signal No. 8",
        "三號強風信號取代八號烈風或暴風信號",
    ),
    ("warning_ended", "Thunderstorm Warning cancelled", "雷暴警告取消"),
    ("warning_ended", "All tropical cyclone warning signals cancelled", "所有熱帶氣旋警告信號取消"),
    ("signal_10", "Hurricane Signal No. 10 issued", "十號颶風信號現正生效"),
    (
        "signal_9",
        "Increasing Gale or Storm Signal, No. 9 issued",
        "天文台改發九號烈風或暴風風力增強信號",
    ),
    ("signal_8", "No. 8 Southeast Gale or Storm Signal issued", "天文台發出八號東南烈風或暴風信號"),
    ("signal_8", "Gale or Storm Signal, No. 8 in force", "八號烈風或暴風信號現正生效"),
    ("signal_8", "Tropical Cyclone Warning Signal No. 8", "八號熱帶氣旋警告信號"),
    (
        "signal_8",
        "PRESS WEATHER NO. 142 - TROPICAL CYCLONE WARNING SIGNAL NO. 8 SPECIAL ANNOUNCEMENT",
        "天 氣 稿 第 142 號 - 八 號 熱 帶 氣 旋 警 告 信 號 特 別 報 告",
    ),
    (
        "signal_8",
        "Strong Wind Signal No. 3 replaced by Gale or Storm Signal No. 8",
        "三號強風信號由八號烈風或暴風信號取代",
    ),
    (
        "signal_8",
        "No. 8 Northwest Gale or Storm Signal issued to replace No. 8 Northeast Signal",
        "八號西北烈風或暴風信號取代八號東北烈風或暴風信號",
    ),
    (
        "signal_8",
        "Gale or Storm Signal No. 8 to remain in force until noon",
        "八號信號將維持至中午",
    ),
    ("critical_warning_ended", "Extreme conditions to end at 6pm", "極端情況將於下午六時結束"),
    ("signal_8_imminent", "Pre-No. 8 Special Announcement", "預警八號熱帶氣旋警告信號之特別報告"),
    (
        "signal_8_imminent",
        "Observatory to issue Gale or Storm Signal No. 8 at 4.40pm",
        "天文台將於下午四時四十分發出八號烈風或暴風信號",
    ),
    (
        "signal_8_considered",
        "Observatory considers issuing Gale or Storm Signal No. 8 tonight",
        "天文台考慮在今晚改發八號烈風或暴風信號",
    ),
    ("black_rainstorm", "Black Rainstorm Warning Signal issued", "黑色暴雨警告信號生效"),
    (
        "black_rainstorm",
        "Black Rainstorm Warning Signal now in force; all schools suspended",
        "黑色暴雨警告信號現正生效　全港停課",
    ),
    (
        "black_rainstorm",
        "Hong Kong Observatory issues Black Rainstorm Warning Signal",
        "香港天文台發出黑色暴雨警告信號",
    ),
    (
        "black_rainstorm",
        "Red Rainstorm Warning Signal replaced by Black Rainstorm Warning Signal",
        "紅色暴雨警告信號改為黑色暴雨警告信號",
    ),
    (
        "black_rainstorm",
        "Black Rainstorm Warning Signal in force since 5am: do not go out, stay in if possible",
        "黑色暴雨警告信號現正生效　切勿外出　至今沒有人受傷",
    ),
    (
        "black_rainstorm",
        "Black Rainstorm Warning Signal issued; 158mm of rain in past hour a record",
        "黑色暴雨警告信號生效　一小時雨量破紀錄",
    ),
    ("extreme_conditions", "Government announces extreme conditions", "政府宣布「極端情況」"),
    ("extreme_conditions", "Extreme conditions extended to 6pm", "極端情況延長至下午六時"),
    ("tsunami_warning", "Tsunami Warning issued", "海嘯警告生效"),
    (
        "radiation_emergency",
        "Nuclear emergency declared at Lantern Bay power station",
        "燈籠灣核電站發生緊急事故",
    ),
    ("red_rainstorm", "Red Rainstorm Warning Signal issued", "紅色暴雨警告信號生效"),
    ("signal_3", "Strong Wind Signal No. 3 issued", "天文台發出三號強風信號"),
    ("signal_1", "Standby Signal No. 1 issued", "一號戒備信號現正生效"),
    ("landslip_warning", "Landslip Warning issued", "山泥傾瀉警告生效"),
    (
        "flood_announcement",
        "Special Announcement on Flooding in northern New Territories",
        "新界北部水浸特別報告",
    ),
    ("class_suspension", "Classes of all schools are suspended this morning", "所有學校上午停課"),
    ("class_suspension", "Kindergarten classes suspended today", "幼稚園今日停課"),
    ("weather_closure", "All court hearings adjourned", "所有法院及審裁處聆訊延期"),
    ("weather_closure", "Securities market trading suspended", "證券市場暫停交易"),
    ("evacuation", "Residents of Sha Wan Village urged to evacuate", "政府呼籲沙環村居民立即疏散"),
    ("major_fire", "No. 4 alarm fire in Kwai Lok warehouse", "葵樂貨倉四級火"),
    ("chemical_emergency", "Chlorine leak at Lok Wan waterworks", "樂環濾水廠氯氣洩漏"),
    ("water_emergency", "Suspension of fresh water supply in Pak Lok", "北樂暫停食水供應"),
    ("power_failure", "Power outage affects Lok Wan and Pak Sha", "樂環及白沙發生停電"),
    ("transport_disruption", "MTR Harbour Line train services suspended", "港鐵海港綫列車服務暫停"),
    (
        "transport_disruption",
        "Lantern Tunnel closed due to vehicle fire",
        "燈籠隧道因車輛火警全線封閉",
    ),
    (
        "outbreak_routine",
        "CHP closely monitors human case of avian influenza in Mainland",
        "衞生防護中心密切監察內地一宗人類感染禽流感個案",
    ),
    (
        "health_emergency",
        "CHP confirms first local case of novel influenza",
        "衞生防護中心證實首宗本地新型流感個案",
    ),
    ("health_emergency", "Government raises response level to Emergency", "政府提升應變級別至緊急"),
    (
        "recall",
        "CFS urges public not to consume batch of prepackaged lantern cakes",
        "食安中心呼籲市民切勿食用一批預先包裝燈籠餅",
    ),
    (
        "recall",
        "Public urged not to buy or consume slimming product with undeclared ingredient",
        "市民切勿購買或服用一款含未標示成分的減肥產品",
    ),
    ("recall", "DH endorses recall of batch of cough medicine", "衞生署同意回收一批咳藥水"),
    ("earth_tremor", "Locally felt earth tremor", "本港有感地震"),
    ("lesser_warning", "Very Hot Weather Warning issued", "酷熱天氣警告生效"),
    ("lesser_warning", "Cold Weather Warning in force", "寒冷天氣警告現正生效"),
    ("lesser_warning", "Thunderstorm Warning extended", "雷暴警告延長"),
    ("lesser_warning", "Amber Rainstorm Warning Signal issued", "黃色暴雨警告信號生效"),
    ("lesser_warning", "Yellow fire warning", "黃色火災危險警告"),
    ("heat_or_cold_shelters", "Temporary cold shelters open tonight", "臨時避寒中心今晚開放"),
    ("weather_review", "The weather of May 2026", "二○二六年五月天氣回顧"),
    ("air_quality", "Higher than normal air pollution levels expected", "預料空氣污染水平偏高"),
    ("beach_flag", "Red flag hoisted at Golden Shell Beach", "金貝灘懸掛紅旗"),
    ("beach_flag", "Red flags hoisted at some beaches", "多個泳灘懸掛紅旗"),
    ("beach_flag", "Red flags lowered at Lok Wan Beach", "樂環泳灘紅旗除下"),
    ("beach_water", "Weekly beach water quality grades released", "每周泳灘水質級別公布"),
    ("venue_closure", "Po Hong swimming pool temporarily closed", "寶康游泳池暫時關閉"),
    ("venue_closure", "Lok Wan Beach reopened", "樂環泳灘重開"),
    ("exchange_rate_index", "Effective Exchange Rate Index", "港匯指數"),
    ("exchange_fund_paper", "Tender results of Exchange Fund Bills", "外匯基金票據投標結果"),
    (
        "monetary_figures",
        "Exchange Fund Abridged Balance Sheet and Currency Board Account",
        "外匯基金資產負債表摘要及貨幣發行局帳目",
    ),
    ("monetary_figures", "Composite interest rate: End of May", "綜合利率：五月底"),
    ("arrivals", "Visitor arrivals for March", "三月份訪港旅客人次"),
    ("statistics", "Consumer Price Indices for April", "四月份消費物價指數"),
    ("statistics", "Provisional figures of retail sales for March", "三月份零售業銷貨額臨時數字"),
    (
        "hospital_figures",
        "Key statistics on service demand of A&E Departments of public hospitals",
        "公立醫院急症室服務量統計數字",
    ),
    ("disease_update", "Update on chikungunya fever", "基孔肯雅熱最新情況"),
    (
        "disease_case",
        "CHP investigates local case of dengue fever",
        "衞生防護中心調查一宗本地登革熱個案",
    ),
    (
        "import_suspension",
        "Import of poultry meat and products from Norland suspended",
        "諾蘭禽肉及禽類產品暫停進口",
    ),
    (
        "radiation_test",
        "Radiological tests of food imported from Japan",
        "日本進口食品輻射檢測結果",
    ),
    ("water_test", "Update on cases of Legionnaires' disease", "退伍軍人病個案最新情況"),
    (
        "food_test",
        "Pesticide residue exceeds legal limit in cabbage sample",
        "椰菜樣本除害劑殘餘超標",
    ),
    ("food_test", "Food Safety Report for May released", "五月份食物安全報告"),
    ("flag_day", "Territory-wide flag day today", "今日舉行全港賣旗日"),
    (
        "scam_alert",
        "Fraudulent website related to Harbour Lantern Bank",
        "與海燈銀行有關的偽冒網站",
    ),
    ("scam_alert", "Phishing email purportedly from Lantern Office", "聲稱由燈籠處發出的釣魚電郵"),
    (
        "missing_person",
        "Appeal for information on missing woman in Lok Wan",
        "警方呼籲提供樂環失蹤女子消息",
    ),
    ("missing_person", "Missing man in Pak Sha located", "白沙失蹤男子已尋回"),
    ("police_appeal", "Fatal traffic accident in Lok Wan", "樂環致命交通意外"),
    (
        "postal_service",
        "Suspension of surface mail services to Ruritania",
        "暫停寄往魯里坦尼亞的平郵服務",
    ),
    (
        "water_works",
        "Temporary suspension of fresh water supply in Lok Wan",
        "樂環臨時暫停食水供應",
    ),
    (
        "traffic_arrangement",
        "Special traffic arrangements for Harbour Run on Sunday",
        "海港跑星期日特別交通安排",
    ),
    ("tender", "Result of land sale by tender: site in Lok Wan", "樂環一幅用地招標賣地結果"),
    ("meeting_notice", "Liquor Licensing Board to meet on Tuesday", "酒牌局星期二舉行會議"),
    (
        "appointment",
        "Appointments to Harbour Lighting Advisory Board",
        "海港照明諮詢委員會委任名單",
    ),
    ("response", "Government responds to media enquiries on lanterns", "政府回應傳媒就燈籠的查詢"),
]

# Titles that speak of emergencies without being the warning: no urgency, whatever the kind.
NEAR_MISSES: list[tuple[Language, str]] = [
    ("en", "Lessons from last year's black rainstorm warning"),
    ("en", "Black Rainstorm Warning Signal issued 12 times in record year"),
    ("en", "Anniversary of Hurricane Signal No. 10 marked with exhibition"),
    ("en", "Government reviews arrangements after No. 8 signal issued last month"),
    ("en", "LD reminds employers of arrangements when Black Rainstorm Warning Signal in force"),
    ("en", "Code of Practice in Times of Typhoons and Rainstorms revised"),
    ("en", "Arrangements for public examination in case of tropical cyclone warning signal No. 8"),
    ("en", "Typhoon relief fund disburses $5.1 million"),
    ("en", "CE inspects recovery work in village hit by typhoon"),
    ("en", "CS chairs meeting of steering committee on handling extreme weather (with photos)"),
    ("en", "Steering committee on extreme conditions holds meeting"),
    ("en", "Public urged to guard against fake message on No. 8 signal"),
    ("en", "SWD announces support measures related to No. 5 alarm fire in Pak Lok"),
    ("en", "No. 3 alarm fire in Kwai Lok industrial building put out"),
    ("en", "LD extends sympathy to workers affected by No. 5 alarm fire"),
    ("en", "Customs fines shop over toy recall"),
    ("en", "Man jailed for theft of chlorine"),
    ("en", "Water supply resumes in Pak Lok after burst water main"),
    ("en", "Tsunami warning system to be enhanced"),
    ("en", "Tsunami warning drill to be held on Friday"),
    ("en", "Statistics on landslips under Landslip Warning released"),
    ("en", "Temporary closure of Lantern Tunnel for maintenance works on Sunday"),
    ("en", "Investigation report on MTR train service disruption released"),
    ("en", "Seminar on nuclear emergency preparedness"),
    ("en", "Public urged not to feed wild monkeys"),
    ("en", "Do not drink and drive, Police urge"),
    ("en", "School classes to resume tomorrow after suspension"),
    ("en", "Museum talk on history of hurricane signal No. 10"),
    ("en", "FS thanks teams that worked under No. 8 signal"),
    ("en", "Black and red: ink paintings at heritage museum"),
    ("en", "Rainstorm of applause for lantern dancers"),
    ("en", "Gale of laughter at comedy festival"),
    ("en", "Strong demand for special stamps on typhoon signals"),
    ("en", "Hong Kong records no local case of measles"),
    ("en", "Amber Rainstorm Warning Signal issued"),
    ("en", "Red Fire Danger Warning issued"),
    ("en", "Frost Warning in force"),
    ("en", "Eye clinic named after storm hero opens"),
    ("en", "Evacuation drill held in Sha Wan"),
    ("en", "Recalling the past: oral history show opens"),
    ("en", "Dead wild bird confirmed to be H5N1 positive"),
    ("en", "Cholera vaccine research funded"),
    ("en", "HA reminds public of service arrangements under Black Rainstorm Warning"),
    ("en", "Exhibition on storms reopens to mark end of typhoon season"),
    ("zh", "醫管局在黑色暴雨警告信號下的服務安排"),
    ("zh", "勞工處呼籲僱主於八號信號取消後體諒僱員"),
    ("zh", "政府檢討去年黑色暴雨警告信號安排"),
    ("zh", "今年共發出12次黑色暴雨警告信號 創紀錄"),
    ("zh", "十號颶風信號六十周年展覽"),
    ("zh", "勞工處提醒僱主制定黑色暴雨警告信號生效期間的工作安排"),
    ("zh", "《颱風及暴雨警告下工作守則》修訂"),
    ("zh", "若八號熱帶氣旋警告信號生效 公開考試延期"),
    ("zh", "颱風救援基金發放五百一十萬元"),
    ("zh", "行政長官視察颱風過後善後工作"),
    ("zh", "政務司司長主持應對極端天氣督導委員會會議"),
    ("zh", "市民慎防有關八號信號生效的虛假訊息"),
    ("zh", "社署公布北樂五級火警支援安排"),
    ("zh", "葵樂工業大廈三級火大致救熄"),
    ("zh", "勞工處慰問受五級火警影響的工友"),
    ("zh", "玩具店違反回收令被罰款"),
    ("zh", "北樂水管爆裂 食水供應恢復"),
    ("zh", "海嘯警告系統優化"),
    ("zh", "海嘯警告演習星期五舉行"),
    ("zh", "燈籠隧道因維修工程臨時封閉"),
    ("zh", "港鐵列車服務受阻事故調查報告公布"),
    ("zh", "核事故應變研討會"),
    ("zh", "切勿餵飼野生猴子"),
    ("zh", "切勿酒後駕駛"),
    ("zh", "停課不停學支援計劃接受申請"),
    ("zh", "學校明日復課"),
    ("zh", "廢物回收便利點投入服務"),
    ("zh", "黃色暴雨警告信號生效"),
    ("zh", "紅色火災危險警告生效"),
    ("zh", "村民疏散演習舉行"),
    ("zh", "房委會收回單位重新編配"),
    ("zh", "野鳥屍體證實對H5N1呈陽性反應"),
    ("zh", "十號貨櫃碼頭展出黑色燈籠"),
    ("zh", "八號公路工程進度"),
    ("zh", "立法會議員討論停課問題報告發表"),
]


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return load_kinds()


def make_single(language: Language, title: str, body: str = "") -> Release:
    return make_release(make_text(language, title=title, body=body))


@pytest.mark.parametrize(("kind", "en", "zh"), PAIRS)
def test_either_title_alone_and_both_together_mark_the_kind(
    kinds: Kinds, kind: str, en: str, zh: str
) -> None:
    single_en, single_zh = make_single("en", en), make_single("zh", zh)
    both = make_release(*single_en.texts.values(), *single_zh.texts.values())
    marked = [mark_kind(each, kinds).kind for each in (single_en, single_zh, both)]
    assert marked == [kind] * 3
    assert mark_kind(both, kinds).urgency == kinds.entries[kind].urgency


@pytest.mark.parametrize(("kind", "zh"), [(kind, zh) for kind, _, zh in PAIRS])
def test_simplified_script_marks_the_same_kind(kinds: Kinds, kind: str, zh: str) -> None:
    assert mark_kind(make_single("zh", to_plain(zh, "zh")), kinds).kind == kind


@pytest.mark.parametrize(("language", "title"), NEAR_MISSES)
def test_what_only_speaks_of_an_emergency_can_wait(
    kinds: Kinds, language: Language, title: str
) -> None:
    assert mark_kind(make_single(language, title), kinds).urgency is None


def test_a_bulletin_whose_title_says_too_little_is_told_by_its_opening(kinds: Kinds) -> None:
    bodies: dict[Language, tuple[str, str]] = {
        "en": (
            "Tropical Cyclone Warning Bulletin",
            "Here is the latest bulletin.\n\nThe Landslip Warning is in force.\nTHE NO. 8 "
            "NORTHEAST GALE OR STORM\nSIGNAL WAS ISSUED AT 4:40 P.M. Stay indoors.",
        ),
        "zh": (
            "熱帶氣旋警報",
            "天 文 台 最 新 報 告 。\n\n八 號 東 北 烈 風 或 暴 風 信 號 ， 現 正 生 效 。",
        ),
    }
    for language in LANGUAGES:
        marked = mark_kind(make_single(language, *bodies[language]), kinds)
        assert (marked.kind, marked.urgency) == ("signal_8", "critical")


def test_a_bulletin_without_a_known_warning_is_routine(kinds: Kinds) -> None:
    marked = mark_kind(make_single("en", "Weather Warning Bulletin", "Some clouds."), kinds)
    assert (marked.kind, marked.urgency) == ("weather_bulletin", None)


def test_an_ordinary_release_is_not_judged_by_its_body(kinds: Kinds) -> None:
    body = "The Black Rainstorm Warning Signal is now in force."
    assert mark_kind(make_single("en", "Lanterns lit", body), kinds).kind is None


def test_marking_again_forgets_the_former_kind(kinds: Kinds) -> None:
    former = make_single("en", "Lanterns lit").model_copy(
        update={"kind": "signal_8", "urgency": "critical"}
    )
    marked = mark_kind(former, kinds)
    assert (marked.kind, marked.urgency) == (None, None)


def test_what_one_title_is_outweighs_what_the_other_speaks_of(kinds: Kinds) -> None:
    speech = make_text("en", title="Speech by CE after typhoon")
    warning = make_text("zh", title="八號烈風或暴風信號現正生效")
    marked = mark_kind(make_release(speech, warning), kinds)
    assert (marked.kind, marked.urgency) == ("speech", None)


@pytest.mark.parametrize(("department", "kind"), [("HKPF", "missing_person"), ("AFCD", None)])
def test_a_kind_is_only_of_the_departments_that_issue_it(
    kinds: Kinds, department: str, kind: str | None
) -> None:
    release = make_single("en", "Missing woman and the sea: a film")
    release = release.model_copy(update={"department": department})
    assert mark_kind(release, kinds).kind == kind


def test_every_department_of_a_kind_is_in_the_table(kinds: Kinds, tables: Tables) -> None:
    named = {key for entry in kinds.entries.values() for key in entry.departments}
    assert named
    assert named <= set(tables.departments)


def test_what_is_routine_can_wait(kinds: Kinds) -> None:
    assert not [key for key, entry in kinds.entries.items() if entry.routine and entry.urgency]


@given(title=st.text(min_size=1), body=st.text(), language=st.sampled_from(LANGUAGES))
def test_any_title_is_of_a_known_kind_or_none(title: str, body: str, language: Language) -> None:
    kinds = load_kinds()
    assert mark_kind(make_single(language, title, body), kinds).kind in {*kinds.entries, None}


@pytest.mark.parametrize(
    "unit", ["no 8 ", "black rainstorm ", "八號", "黑色暴雨", "(", "a", "1", "一", "not to ", "\n"]
)
def test_a_hostile_title_takes_no_time(kinds: Kinds, unit: str) -> None:
    started = time.process_time()
    for language in LANGUAGES:
        mark_kind(make_single(language, "A" + unit * 100_000, unit * 500_000), kinds)
    assert time.process_time() - started < 20  # takes milliseconds


# The file

MINIMAL = """
[lists]
some = ["lantern*"]
[festival]
en = "Festivals"
zh = "節慶"
[festival.title_en]
any_of = ["@some", "(big|small) feast"]
none_of = ["^no … "]
[festival.title_zh]
any_of = ["燈#盞$"]
"""


@pytest.mark.parametrize(
    ("language", "title", "kind"),
    [
        ("en", "LANTERNS, lit", "festival"),
        ("en", "The Small  Feast!", "festival"),
        ("en", "Smaller feast", None),
        ("en", "A small, late feast", None),
        ("zh", "點燈十三盞", "festival"),
        ("zh", "点灯13盏", "festival"),
        ("zh", "燈十三盞點亮", None),
    ],
)
def test_phrases_mean_what_the_head_of_the_file_says(
    tmp_path: Path, language: Language, title: str, kind: str | None
) -> None:
    path = tmp_path / "kinds.toml"
    path.write_text(MINIMAL.replace('"^no … "', '"^no … lantern"'), encoding="utf-8")
    assert mark_kind(make_single(language, title), load_kinds(path)).kind == kind


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('zh = "節慶"', "", "festival.zh"),
        ("[festival.title_zh]", "[festival.title_fr]", "festival.title_zh"),
        ('any_of = ["燈#盞$"]', "any_of = []", "festival.title_zh.any_of"),
        ('"(big|small) feast"', '"(big|small feast"', "brackets"),
        ('"(big|small) feast"', '"a.*[b]+"', "means nothing"),
        ('"(big|small) feast"', '"(big|)"', "anything would fit"),
        ('"^no … "', '"^no … "', "anything would fit"),
        ('"@some"', '"@other"', "no list"),
        ('en = "Festivals"', 'en = "Festivals"\nurgency = "soon"', "festival.urgency"),
        ("[lists]", "[lists", "isn't valid TOML"),
    ],
)
def test_a_malformed_file_is_refused_by_file_entry_and_fault(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "kinds.toml"
    fine = MINIMAL if "…" in old else MINIMAL.replace('"^no … "', '"^no"')
    path.write_text(fine.replace(old, new), encoding="utf-8")
    with pytest.raises(KindsError, match=r"kinds\.toml") as raised:
        load_kinds(path)
    assert said in str(raised.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KindsError, match=r"elsewhere\.toml can't be read"):
        load_kinds(tmp_path / "elsewhere.toml")


# Real titles


def test_no_real_release_of_calm_days_is_a_warning(kinds: Kinds, gia: Path) -> None:
    for pair in json.loads((gia / "pairs.json").read_text(encoding="utf-8")):
        texts = [make_text(language, title=pair[language]["title"]) for language in LANGUAGES]
        marked = [mark_kind(make_release(*each), kinds) for each in (texts, texts[:1], texts[1:])]
        assert [each.urgency for each in marked] == [None] * 3
        assert len({each.kind for each in marked}) == 1
