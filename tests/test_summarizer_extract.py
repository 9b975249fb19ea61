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
