import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Language, ReleaseText
from summarizer import trim_en, trim_zh, wording_en, wording_zh
from summarizer.abbreviations import settle_abbreviations
from summarizer.check import check
from summarizer.engines.extract import ExtractEngine
from summarizer.measure import BOUNDS, measure
from summarizer.openings import retell_opening
from summarizer.passages import read_body

ISSUED = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
TODAY = date(2025, 11, 27)
ENGINE = ExtractEngine()


def make_text(body: str, language: Language = "en", title: str = "Lamps") -> ReleaseText:
    return ReleaseText(
        language=language, id="P1", url="u", title=title, body=body, issued_at=ISSUED
    )


def extract(body: str, language: Language = "en", title: str = "Lamps") -> str:
    return ENGINE.draft(make_text(body, language, title)).text


NOTICE = """The following is issued on behalf of the Lantern Bureau:

Attention duty announcers, radio and TV stations:

The Lantern Bureau (LB) today (November 27) announced that all 13 600 lamps on Pier Road will be \
replaced from tomorrow (November 28).

"Light is what makes a harbour safe, and we are grateful to everybody who has been patient for so \
long," said the Commissioner for Lanterns, Mr Ko Wing-lam.

The works will cost $5.1 million and will last for six months.

Members of the public should avoid the pier between 9am and 5pm.
"""
CHINESE_NOTICE = """下稿代燈籠管理局發出：

電台及電視台當值宣布員注意：

燈籠管理局（燈管局）今日（十一月二十七日）宣布，碼頭道一萬三千六百盞街燈將由明日（十一月二十八日）起更換。

燈籠專員高永林說：「有了燈光，海港才會安全，我們衷心感謝每一位市民多年來的耐心等候。」

工程費用為五百一十萬元，為期六個月，由三十七名工人負責。

市民應避免在上午九時至下午五時前往碼頭。
"""


def test_openings_and_quotations_are_skipped_and_figures_kept() -> None:
    assert extract(NOTICE) == (
        "The Lantern Bureau announced on November 27 that all 13,600 lamps on Pier Road will be "
        "replaced from November 28. The works will cost $5.1 million and will last for six months. "
        "Members of the public should avoid the pier between 9am and 5pm."
    )
    assert extract(CHINESE_NOTICE, "zh") == (
        "燈籠管理局11月27日宣布，碼頭道13,600盞街燈將由11月28日起更換。"
        "工程費用為510萬元，為期6個月，由37名工人負責。"
        "市民應避免在上午9時至下午5時前往碼頭。"
    )


def test_sources_are_the_spans_of_the_sentences_used() -> None:
    draft = ENGINE.draft(make_text(NOTICE))
    used = [NOTICE[start:end] for start, end in draft.sources]
    assert [sentence[:10] for sentence in used] == ["The Lanter", "The works ", "Members of"]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("It opened today (November 27).", "It opened on November 27."),
        ("The LB today (November 27) said that", "The LB said on November 27 that"),
        ("The LB today (November 27) seized lamps", "The LB on November 27 seized lamps"),
        ("Today (November 27), the LB", "On November 27, the LB"),
        ("from tomorrow (November 28)", "from November 28"),
        ("at 6pm yesterday (November 26)", "at 6pm on November 26"),
        ("this morning (November 27)", "on the morning of November 27"),
        ("yesterday's (November 26) notice", "the November 26 notice"),
        ("It has opened today (November 27).", "It opened on November 27."),
        ("It is today (November 27) opening.", "It is opening."),
        ("by 9am today", "by 9am on November 27"),
        ("tomorrow evening", "on the evening of November 28"),
        ("on December 30 last year", "on December 30, 2024"),
        ("in January this year", "in January 2025"),
        ("it rose from last year.", "it rose from 2024."),
        ("It rose last year.", "It rose in 2024."),
        ("Last year 40 lamps broke.", "In 2024, 40 lamps broke."),
        ("Last year was dark.", "The year 2024 was dark."),
        ("Last year's lamps", "The 2024 lamps"),
        ("It will open next month.", "It will open in December."),
        ("over the last year", "over the last year"),
    ],
)
def test_english_days_become_dates(source: str, written: str) -> None:
    assert wording_en.make_dates_absolute(source, TODAY) == written


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("今日（十一月二十七日）下午二時五十一分", "11月27日下午2時51分"),
        ("昨日（十一月二十六日）", "11月26日"),
        ("明早八時", "11月28日早上8時"),
        ("今晚七時三十分", "11月27日晚上7時30分"),
        ("去年十二月三十日", "2024年12月30日"),
        ("今年首季", "2025年首季"),
        ("下月初", "12月初"),
        ("上個月", "10月"),
        ("過去年度及說明年期", "過去年度及說明年期"),
        ("五百一十萬元", "510萬元"),
        ("一千三百名學生", "1,300名學生"),
        ("三十七人", "37人"),
        ("百分之十二點五", "12.5%"),
        ("二億三千一百萬元", "2.31億元"),
        ("二○二五至二六年度", "2025至26年度"),
        ("二○二五年七月", "2025年7月"),
        ("兩人受傷", "2人受傷"),
        ("一名男子", "一名男子"),
        ("五級火警", "五級火警"),
        ("第八屆", "第八屆"),
        ("十五五規劃及一帶一路", "十五五規劃及一帶一路"),
        ("中九龍繞道", "中九龍繞道"),
        ("十分重視", "十分重視"),
        ("數百人", "數百人"),
        ("致電182 111", "致電182 111"),
        ("11 000人", "11,000人"),
    ],
)
def test_chinese_days_and_numerals_become_digits(source: str, written: str) -> None:
    dated = wording_zh.make_dates_absolute(source, TODAY)
    assert wording_zh.write_figures(dated) == written


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("13 600 lamps", "13,600 lamps"),
        ("12.5 per cent", "12.5%"),
        ("Call 182 111", "Call 182 111"),
        ("five per cent", "5%"),
        ("on 3582 8987", "on 3582 8987"),
    ],
)
def test_english_figures_become_digits(source: str, written: str) -> None:
    assert wording_en.write_figures(source) == written


@pytest.mark.parametrize(
    ("source", "shorter"),
    [
        (
            "A spokesman for the Lantern Bureau said on May 2 that the pier will close.",
            "The Lantern Bureau said on May 2 that the pier will close.",
        ),
        (
            "In view of the storm, the Police will close the pier at noon.",
            "The Police will close the pier at noon.",
        ),
        (
            "The LB will replace 40 lamps on the pier, including two by the old gate.",
            "The LB will replace 40 lamps on the pier.",
        ),
        (
            "The LB will replace the lamps (which were made in Tai Po) on the pier.",
            "The LB will replace the lamps on the pier.",
        ),
        (
            "The LB (i.e. the bureau of 2025) will replace the lamps on the pier.",
            "The LB will replace the lamps on the pier.",
        ),
        (
            "The pier was closed for six hours on Monday, the LB said.",
            "The pier was closed for six hours on Monday.",
        ),
    ],
)
def test_an_english_sentence_is_trimmed_to_a_whole_one(source: str, shorter: str) -> None:
    assert shorter in trim_en.list_variants(source)
    assert all(trim_en.is_whole(form) for form in trim_en.list_variants(source))


@pytest.mark.parametrize(
    "source",
    [
        "The pier will close unless the storm passes, including the ramp, by noon.",
        "Except for two lamps, the LB will replace all lamps on the pier.",
        "Of the total sales in May, lamps accounted for 9 per cent.",
        "If the storm comes, the LB will close the pier.",
    ],
)
def test_a_condition_is_never_cut_away(source: str) -> None:
    for form in trim_en.list_variants(source):
        for word in ("unless", "Except", "Of the total", "If"):
            assert (word in form) == (word in source)


@pytest.mark.parametrize(
    ("source", "shorter"),
    [
        ("燈管局發言人五月二日表示，碼頭將會關閉。", "燈管局五月二日表示，碼頭將會關閉。"),
        (
            "為減輕居民的不便，燈管局將於晚上更換街燈。",
            "燈管局將於晚上更換街燈。",
        ),
        (
            "燈管局將更換碼頭街燈，包括舊閘旁的兩盞街燈。",
            "燈管局將更換碼頭街燈。",
        ),
        ("燈管局將更換（大埔製造的）碼頭街燈。", "燈管局將更換碼頭街燈。"),
    ],
)
def test_a_chinese_sentence_is_trimmed_to_a_whole_one(source: str, shorter: str) -> None:
    assert shorter in trim_zh.list_variants(source)


@pytest.mark.parametrize(
    "fragment",
    [
        "就昨日的火警。",
        "為減輕居民的負擔。",
        "燈管局五月二日表示。",
        "根據政府進行的統計調查。",
        "除兩場晚間音樂會外。",
        "燈管局會由下學年起。",
        "市民如對工程有任何疑問。",
        "燈管局會更換街燈，並因應實際情況。",
    ],
)
def test_a_chinese_clause_that_leans_on_another_is_no_sentence(fragment: str) -> None:
    assert not trim_zh.is_whole(fragment)


def test_an_abbreviation_is_spelt_out_where_it_first_stands() -> None:
    source = "The Lantern Bureau (LB) opened a pier. The LB will close it."
    assert settle_abbreviations("The LB will close it.", source, "en") == (
        "The Lantern Bureau will close it."
    )
    assert settle_abbreviations("The Lantern Bureau (LB) opened a pier.", source, "en") == (
        "The Lantern Bureau opened a pier."
    )
    assert settle_abbreviations(source, source, "en") == source


@pytest.mark.parametrize(
    ("opening", "told", "language"),
    [
        (
            "Following is the speech by the Commissioner for Lanterns, Mr Ko Wing-lam, at the "
            "Harbour Forum today (November 27):",
            "The Commissioner for Lanterns, Mr Ko Wing-lam, spoke at the Harbour Forum today "
            "(November 27).",
            "en",
        ),
        (
            "Following is a question by the Hon Lam Hoi and a written reply by the Secretary for "
            "Lamps, Ms Ho Yan, in the Legislative Council today (November 26):",
            "The Secretary for Lamps, Ms Ho Yan, gave a written reply to a question by the Hon Lam "
            "Hoi in the Legislative Council today (November 26).",
            "en",
        ),
        (
            "以下是燈籠專員高永林今日（十一月二十七日）在海港論壇的致辭全文：",
            "燈籠專員高永林今日（十一月二十七日）在海港論壇致辭。",
            "zh",
        ),
        (
            "以下是燈籠專員高永林今日（十一月二十七日）下午會見傳媒的談話全文：",
            "燈籠專員高永林今日（十一月二十七日）下午會見傳媒。",
            "zh",
        ),
        (
            "Following is the transcript of remarks by the Commissioner for Lanterns, Mr Ko "
            "Wing-lam, at a media session today (November 27):",
            "The Commissioner for Lanterns, Mr Ko Wing-lam, spoke at a media session today "
            "(November 27).",
            "en",
        ),
        (
            "以下是今日（十一月二十六日）在立法會會議上林海議員的提問和燈籠局局長何欣的書面答覆：",
            "燈籠局局長何欣今日（十一月二十六日）在立法會書面答覆林海議員的提問。",
            "zh",
        ),
    ],
)
def test_the_opening_of_a_speech_or_reply_says_who_spoke(
    opening: str, told: str, language: Language
) -> None:
    assert retell_opening(opening, language) == told


COUNCIL = """Following is a question by the Hon Lam Hoi and a written reply by the Secretary for \
Lamps, Ms Ho Yan, in the Legislative Council today (November 26):

Question:

It has been reported that 900 lamps were broken last year. Will the Government inform this Council:

(1) of the number of lamps repaired in the past three years; and

(2) whether it will buy new lamps?

Reply:

President,

My reply to the question is as follows:

(1) The Lantern Bureau repaired 4 200 lamps in the past three years at a cost of $2.6 million.

(2) The Government will buy 350 new lamps in 2026, and they will stand along Pier Road.
"""


def test_a_council_question_is_summarised_from_the_reply() -> None:
    summary = extract(COUNCIL)
    assert "Ms Ho Yan" in summary
    assert "on November 26" in summary
    assert "4,200 lamps" in summary
    assert "900" not in summary


def test_table_rows_are_no_sentences() -> None:
    body = "The LB sold 500 lamps in May and 700 lamps in June at its shop.\n\n"
    body += "\n".join(f"District {number} | {number} | {number * 2}" for number in range(9))
    assert extract(body) == "The LB sold 500 lamps in May and 700 lamps in June at its shop."


def test_a_body_of_tables_alone_still_says_something() -> None:
    text = make_text("District | Lamps\nNorth | 12", title="Lamps by district")
    assert extract(text.body, title=text.title) == "Lamps by district. District, Lamps. North, 12."


def test_list_items_are_joined_to_what_leads_to_them() -> None:
    body = (
        "The Lantern Bureau announced five measures for the pier on Monday.\n\n"
        "The measures include:\n\n(a) setting up a team of 40 officers to inspect every lamp;\n\n"
        "(b) waiving fees of $300 for shops on the pier."
    )
    assert "The measures include setting up a team of 40 officers" in extract(body)


def test_the_roles_of_a_speech_are_told_apart() -> None:
    reading = read_body(
        "Following is the speech by Mr Ko at a forum today (November 27):\n\n"
        "Ladies and gentlemen,\n\nI am happy to be here. Exports rose by 12 per cent.",
        "en",
    )
    assert reading.form == "speech"
    roles = [passage.role for passage in reading.passages]
    assert roles == ["opening", "greeting", "spoken", "plain"]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Lamp Bank (Hong Kong) Limited", "en"),
        ("Bank of Lamps (Asia) Corporation Limited", "en"),
        ("Pier Lamp (Amendment) Bill", "en"),
        ("Central (Star Ferry)", "en"),
        ("all lamps (except red ones)", "en"),
        ("shops of (up to) nine rooms", "en"),
        ("商戶（食肆除外）", "zh"),
        ("燈籠銀行（香港）有限公司", "zh"),
        ("燈籠銀行（亞洲）有限公司", "zh"),
        ("《道路燈籠（修訂）條例草案》", "zh"),
    ],
)
def test_brackets_of_a_name_or_a_condition_are_never_dropped(name: str, language: Language) -> None:
    sentence = (
        f"The Lantern Bureau (which is old) wrote to {name} about lamps, including two red ones."
        if language == "en"
        else f"燈籠局（舊稱燈局）致函{name}提及街燈，包括兩盞紅燈。"
    )
    forms = (trim_en if language == "en" else trim_zh).list_variants(sentence)
    assert len(forms) > 1
    assert all(name in form for form in forms)
    assert name in settle_abbreviations(sentence, sentence, language)


def test_the_short_form_of_a_name_is_still_dropped() -> None:
    sentence = "The Lamp Care Team of the pier (Care Team) repaired lamps on the long pier."
    assert "The Lamp Care Team of the pier repaired" in trim_en.list_variants(sentence)[-1]


def test_neither_i_nor_a_pronoun_without_its_noun_speaks_in_a_summary() -> None:
    summary = extract(
        "Following is the speech by the Commissioner for Lanterns, Mr Ko Wing-lam, at the Harbour "
        "Forum today (November 27):\n\nI met a lamplighter last night. He told me that he earns "
        "$900 a day and pays $400 for oil. My mother paid $2 in 1970.\n\nThe Bureau will set aside "
        "$3 million for a lamp fund. It will pay for 14 piers. We enjoy 70 lamps."
    )
    assert summary == (
        "The Commissioner for Lanterns, Mr Ko Wing-lam, spoke at the Harbour Forum on November 27. "
        "The Bureau will set aside $3 million for a lamp fund. It will pay for 14 piers."
    )


def test_neither_the_speaker_nor_a_pronoun_without_its_noun_speaks_in_chinese() -> None:
    summary = extract(
        "以下是燈籠專員高永林今日（十一月二十七日）在海港論壇的致辭：\n\n我昨晚遇見一名點燈人。他每日賺九百元，"
        "付四百元買燈油。\n\n今年我們會預留三百萬元設立燈籠基金。基金將資助十四個碼頭更換街燈。",
        "zh",
    )
    assert summary == (
        "燈籠專員高永林11月27日在海港論壇致辭。2025年會預留300萬元設立燈籠基金。"
        "基金將資助14個碼頭更換街燈。"
    )


def test_the_sentence_with_the_titles_words_and_figures_is_the_lead() -> None:
    summary = extract(
        "According to the latest lamp statistics (i.e. provisional figures for August - October "
        "2025) released today (November 27) by the Lantern Bureau, the lamp failure rate decreased "
        "from 3.9% in July - September 2025 to 3.8% in August - October 2025. The lantern failure "
        "rate remained unchanged at 1.6% in the two periods.\n\nComparing August - October 2025 "
        "with July - September 2025, the lamp failure rate decreased mainly at the pier and the "
        "market, but rose at the old gate and in the park by the sea.\n\nAll lamps increased from "
        "3 668 300 in July - September 2025 to 3 671 500 in August - October 2025.",
        title="Lamp and lantern failure statistics for August - October 2025",
    )
    assert summary.startswith("According to the latest lamp statistics (i.e.")
    assert "decreased from 3.9% in July - September 2025 to 3.8%" in summary


def test_a_rumour_is_not_told_without_its_denial() -> None:
    said = (
        "The Lantern Bureau said today (November 27) that the pier lamps are safe for all 70 piers."
        " It was rumoured online that 12 lamps had exploded at the pier and hurt {}."
        " {}The Bureau stressed that 34 lamps were checked on November 26."
    )
    denied = extract(said.format("nine people", "The claim is false. "))
    assert ("rumoured" in denied) <= ("The claim is false." in denied)
    assert "rumoured" not in extract(said.format(" ".join(["nine people"] * 25), "It is untrue. "))
    assert "網傳" not in extract(
        "燈籠局今日（十一月二十七日）表示，碼頭的七十盞街燈全部安全。網傳有十二盞街燈爆炸，九人受傷。"
        f"{'該局' * 40}指出，有關說法並非事實。該局已檢查三十四盞街燈，並會繼續巡查碼頭。",
        "zh",
    )


def test_also_is_dropped_where_nothing_came_before() -> None:
    assert trim_en.drop_connective("Banks have also set up stalls.") == "Banks have set up stalls."
    assert "not only lamps but also" in trim_en.drop_connective("Not not only lamps but also oil.")
    assert trim_zh.drop_connective("燈局亦已完成測試。") == "燈局已完成測試。"
    assert trim_zh.drop_connective("除燈局外，碼頭亦已封閉。") == "除燈局外，碼頭亦已封閉。"


def test_condolences_are_not_all_that_is_said_where_help_is_offered() -> None:
    summary = extract(
        "The Lantern Bureau said today (November 27) that it is deeply saddened by the fire at the "
        "pier in Tai Po. The Bureau extends its deepest condolences to the families and wishes all "
        "the injured a speedy recovery. The Bureau also extends its heartfelt sympathies to the "
        "lamplighters of the pier. Lamplighters may call the hotline 2000 0123 of the Bureau for "
        "any question about their work and wages."
    )
    assert "2000 0123" in summary


def test_money_of_what_the_title_names_is_carried() -> None:
    summary = extract(
        "A Lantern Bureau (LB) spokesman said today (November 27) that, in view of the serious "
        "effects of the storm at the pier in Tai Po earlier this week, the LB will provide a Lamp "
        "Grant for shops at the pier, continuing its full support for affected shops and piers. To "
        "support shops, the LB will offer $100,000 to each large shop and $50,000 to each small "
        "shop at the pier under the Lamp Grant.",
        title="LB provides grant and support for shops in response to storm at pier",
    )
    assert "$100,000 to each large shop and $50,000" in summary


figures = st.sampled_from(
    ["$5.1 million", "13 600 people", "12.5 per cent", "3582 8987", "2.51pm", "No. 5 alarm", "one"]
)
english = st.builds(
    "{} {} on {} {}, {}.".format,
    st.sampled_from(["The Lantern Bureau (LB)", "A spokesman for the LB", "It", "Mr Ko"]),
    st.sampled_from(["announced today (November 27) that the pier will close", "sold lamps"]),
    st.sampled_from(["May 12 and 28", "Monday", "tomorrow", "November 29"]),
    figures,
    st.sampled_from(["including two by the gate", "with a view to saving power", "it said"]),
)
chinese = st.builds(
    "{}{}{}，{}。".format,
    st.sampled_from(
        ["燈管局（燈管）", "燈管局發言人今日（十一月二十七日）表示，", "署方明日", "其"]
    ),
    st.sampled_from(
        ["將花費五百一十萬元", "售出一萬三千六百盞街燈", "拘捕三十七人", "升百分之十二點五"]
    ),
    st.sampled_from(["於五月十二日、十三日", "在下午三時○二分", "自二○二五年", "第八屆五級"]),
    st.sampled_from(["包括舊閘旁兩盞", "並致電3582 8987", "以方便市民", "減少三成五"]),
)


@settings(max_examples=120, deadline=None)
@given(st.data(), st.sampled_from(["en", "zh"]))
def test_no_figure_leaves_the_engine_that_its_source_lacks(
    data: st.DataObject, language: Language
) -> None:
    sentences = data.draw(
        st.lists(english if language == "en" else chinese, min_size=1, max_size=7, unique=True)
    )
    body = "\n\n".join(sentences)
    verdict = check(language, body, extract(body, language), ISSUED)
    assert [fault for fault in verdict.unsupported if "not in the source" in fault] == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["en", "zh"]))
def test_any_body_is_survived(body: str, language: Language) -> None:
    ENGINE.draft(make_text(body, language))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "body",
    [
        "one " * 100_000,
        "a, " * 50_000 + "b.",
        "運輸署今日" * 20_000,
        "(" * 50_000,
        "「" * 50_000,
        "\n" * 100_000,
        "(a) Setting up a team;\n" * 5_000,
        "today (November 27) " * 10_000,
    ],
)
@pytest.mark.timeout(20)
def test_a_body_of_any_shape_and_size_is_survived(body: str, language: Language) -> None:
    ENGINE.draft(make_text(body, language))


GIA = Path(__file__).parents[2] / "shared" / "gia"


@pytest.mark.skipif(not GIA.is_dir(), reason="the real releases lie outside the project")
def test_real_releases_get_supported_summaries_within_bounds(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    from data.__main__ import main as read_releases

    pages = sorted(str(page) for page in GIA.glob("pages/*/*/*.htm"))
    read_releases(["read", *pages])
    faults = []
    for line in capsysbinary.readouterr().out.splitlines():
        for language, text in json.loads(line)["texts"].items():
            official = ReleaseText.model_validate({**text, "language": language})
            summary = ENGINE.draft(official).text
            verdict = check(language, official.body, summary, official.issued_at)
            length, (low, high) = measure(summary, language), BOUNDS[official.language]
            if not verdict.supported or length.least < low or length.most > high:
                faults.append((official.id, verdict.unsupported, length))
            assert re.search(r"[.。][」』”\")）]?$", summary)
    assert faults == []
