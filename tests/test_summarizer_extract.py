import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Language, ReleaseText
from summarizer.abbreviations import settle_abbreviations
from summarizer.check import check
from summarizer.engines.extract import (
    ExtractEngine,
    clauses_en,
    clauses_zh,
    forms,
    plain_en,
    wording_en,
    wording_zh,
)
from summarizer.engines.extract.cuts import make_cuts
from summarizer.engines.extract.details import tell_product
from summarizer.engines.extract.joins import join_publisher
from summarizer.engines.extract.lists import join_items
from summarizer.engines.extract.openings import retell_opening
from summarizer.engines.extract.short_names import (
    drop_unused_short_names,
    find_short_names,
    use_pronouns,
    use_short_names,
)
from summarizer.engines.extract.tellings import (
    read_telling,
    report,
    speak_for,
    speaks_for_government,
)
from summarizer.measure import BOUNDS, measure
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


def shorten_once(sentence: str, language: Language) -> set[str]:
    """What is left of a sentence without each of the parts that it can stand without."""
    cuts = forms.find_cuts(sentence, language)
    found = {forms.finish(make_cuts(sentence, [cut]), language) for cut in cuts}
    return {form for form in found if forms.is_whole(form, language)}


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
        "The public should avoid the pier between 9am and 5pm."
    )
    assert extract(CHINESE_NOTICE, "zh") == (
        "燈管局11月27日宣布，碼頭道13,600盞街燈將由11月28日起更換。"
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
        ("It is today (November 27) opening.", "It was on November 27 opening."),
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
        ("今明兩日", "11月27日及11月28日"),
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
        ("at 2 540 piers", "at 2,540 piers"),
        ("on 182 111", "on 182 111"),
    ],
)
def test_english_figures_become_digits(source: str, written: str) -> None:
    assert wording_en.write_figures(source) == written


@pytest.mark.parametrize(
    ("source", "shorter"),
    [
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
    assert shorter in shorten_once(source, "en")


@pytest.mark.parametrize(
    ("source", "shorter"),
    [
        (
            "The LB sent 40 officers to the pier to provide help for the shops.",
            "The LB sent 40 officers to the pier.",
        ),
        (
            "Mr Ko, who has been a lamplighter for 20 years, will lead the team.",
            "Mr Ko will lead the team.",
        ),
        (
            "The LB has closed the pier and will inspect the lamps at 9am.",
            "The LB has closed the pier.",
        ),
        (
            "The patient was sent to hospital for treatment.",
            "The patient was sent to hospital.",
        ),
        (
            "The LB said on May 2 that, in view of the storm, the pier will close at noon.",
            "The LB said on May 2 that the pier will close at noon.",
        ),
    ],
)
def test_why_and_what_else_may_go(source: str, shorter: str) -> None:
    assert shorter in shorten_once(source, "en")


@pytest.mark.parametrize(
    "source",
    [
        "The LB plans to provide 40 lamps for the pier.",
        "The public are urged to avoid the pier at night.",
        "The pier serves both residents and visitors, and shops.",
        "The LB bought lamps, oil, and wicks for the pier.",
    ],
)
def test_what_a_sentence_is_about_never_goes(source: str) -> None:
    assert shorten_once(source, "en") == set()


def test_a_shortened_sentence_keeps_a_verb_as_sure_as_the_whole_one_has() -> None:
    whole = "Persons aged 75 or above, including those in homes, will be given lamps."
    assert not clauses_en.keeps_verb("Persons aged 75 or above.", whole)
    assert clauses_en.keeps_verb("Persons aged 75 or above will be given lamps.", whole)


@pytest.mark.parametrize(
    ("source", "shorter"),
    [
        (
            "燈管局調派四十人到場，協助居民撤離，並搜索碼頭。",
            "燈管局調派四十人到場，並搜索碼頭。",
        ),
        ("燈管局會盡快更換碼頭的街燈。", "燈管局會更換碼頭的街燈。"),
    ],
)
def test_a_chinese_clause_or_adverb_among_others_may_go(source: str, shorter: str) -> None:
    assert shorter in shorten_once(source, "zh")


def test_what_a_clause_limits_stays_before_it() -> None:
    source = "紅潮的藻類分布於沿岸，並無毒性，但可能會刺激皮膚。"
    assert all("無毒" in form or "但" not in form for form in shorten_once(source, "zh"))


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
    for form in shorten_once(source, "en"):
        for word in ("unless", "Except", "Of the total", "If"):
            assert (word in form) == (word in source)


@pytest.mark.parametrize(
    ("source", "shorter"),
    [
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
    assert shorter in shorten_once(source, "zh")


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
    assert not clauses_zh.is_whole(fragment)


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
            "The Secretary for Lamps, Ms Ho Yan, replied in the Legislative Council today "
            "(November 26).",
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
            "燈籠局局長何欣今日（十一月二十六日）在立法會答覆林海議員的提問。",
            "zh",
        ),
    ],
)
def test_the_opening_of_a_speech_or_reply_says_who_spoke(
    opening: str, told: str, language: Language
) -> None:
    assert retell_opening(opening, language) == told


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        (
            "A spokesman for the Lantern Bureau said on May 2 that the pier will close.",
            "The Lantern Bureau said on May 2 that the pier will close.",
        ),
        (
            "The LB would like to take this opportunity to remind members of the public to stay.",
            "The LB reminded the public to stay.",
        ),
        (
            "Lamps with an estimated market value of about $2 million were found.",
            "Lamps worth about $2 million were found.",
        ),
        (
            "Sales rose by 2% compared with the same month a year earlier.",
            "Sales rose by 2% from a year earlier.",
        ),
        (
            "The Lantern Bureau (LB) said that the LB will close the pier.",
            "The Lantern Bureau (LB) said that it will close the pier.",
        ),
        (
            "It runs from November12 to 30(local time).",
            "It runs from November 12 to 30 (local time).",
        ),
    ],
)
def test_officialese_is_said_plainly(source: str, plain: str) -> None:
    assert plain_en.make_plain(source) == plain


def test_a_council_reply_says_what_it_is_about() -> None:
    opening = (
        "Following is a question by the Hon Lam Hoi and a written reply by the Secretary for "
        "Lamps, Ms Ho Yan, in the Legislative Council today (November 26):"
    )
    assert retell_opening(opening, "en", "LCQ7: Mending old lamps") == (
        "The Secretary for Lamps, Ms Ho Yan, replied in the Legislative Council today "
        "(November 26) about mending old lamps."
    )
    assert retell_opening(
        "以下是今日（十一月二十六日）在立法會會議上林海議員的提問和燈籠局局長何欣的書面答覆：",
        "zh",
        "立法會七題：修理舊街燈",
    ) == ("燈籠局局長何欣今日（十一月二十六日）在立法會答覆有關修理舊街燈的提問。")


def test_the_government_speaks_for_an_official_who_says_we() -> None:
    assert speak_for("We will replace our lamps.", "en") == "The Government will replace its lamps."
    assert speak_for("In May, we have won.", "en") == "In May, the Government has won."
    assert speak_for("We will tell you more.", "en") == "We will tell you more."
    assert speak_for("我們會更換街燈。", "zh") == "政府會更換街燈。"
    assert speaks_for_government("the speech by the Secretary for Lamps, Ms Ho Yan, at a forum:")
    assert not speaks_for_government("the speech by the Executive Director of the Lamp Bank:")


@pytest.mark.parametrize(
    ("intro", "items", "language", "joined"),
    [
        (
            "The measures include:",
            ["(a) Setting up a team, led by Mr Ko;", "(b) Waiving fees to help shops; and"],
            "en",
            "The measures include setting up a team and waiving fees.",
        ),
        (
            "The respondents are:",
            ["(1) Lamp Limited;", "(2) Oil Limited, a firm that has been wound up; and", "Wicks.",
             "Wax.", "Jars."],
            "en",
            None,
        ),
        (
            "燈管局推出四項措施：",
            ["一、成立專責小組，由高先生領導；", "二、豁免費用；"],
            "zh",
            "燈管局推出四項措施，包括成立專責小組、豁免費用。",
        ),
        ("市民應：", ["燈管局會派人；", "燈管局會收費。"], "zh", None),
    ],
)  # fmt: skip
def test_a_list_is_told_by_the_names_of_its_items(
    intro: str, items: list[str], language: Language, joined: str | None
) -> None:
    assert join_items(intro, items, language) == joined


def test_figures_are_said_by_the_body_that_published_them() -> None:
    assert join_publisher(
        "The Lamp Office (LO) released on May 2 the lamp figures for April.",
        "Sales of lamps rose by 2.6%.",
        "en",
    ) == ("Sales of lamps rose by 2.6%, the Lamp Office (LO) said on May 2.")
    assert join_publisher("統計處5月2日發表街燈銷售數字。", "銷售額上升2.6%。", "zh") == (
        "統計處5月2日公布，銷售額上升2.6%。"
    )
    assert join_publisher("The LO opened a shop on May 2.", "Sales rose by 2%.", "en") is None


def test_a_body_is_named_once_and_then_called_it() -> None:
    names = {"LB": "Lantern Bureau"}
    sentences = [
        "The Lantern Bureau (LB) shut a pier.",
        "The LB will open it.",
        "The LB hotline is 1.",
    ]
    assert use_pronouns(sentences, names) == [*sentences[:1], "It will open it.", sentences[2]]


def test_a_short_name_goes_where_it_is_not_used_again() -> None:
    text = "The Lamp Care Team (Care Team) of Lamp Bank (Asia) Limited will visit {}."
    assert drop_unused_short_names(text.format("piers")) == (
        "The Lamp Care Team of Lamp Bank (Asia) Limited will visit piers."
    )
    again = text.format("the Care Team")
    assert drop_unused_short_names(again) == again


def test_a_chinese_release_uses_the_short_names_that_it_gives() -> None:
    reading = read_body(
        "香港燈籠管理局（燈管局）今日宣布更換街燈。《燈籠管理局條例》今日生效。", "zh"
    )
    names = find_short_names(reading)
    assert names == {"香港燈籠管理局": "燈管局"}
    assert use_short_names("香港燈籠管理局（燈管局）宣布，", names) == "燈管局宣布，"
    assert use_short_names("《香港燈籠管理局條例》", names) == "《香港燈籠管理局條例》"


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
    assert extract(text.body, title=text.title) == "Lamps by district. District: Lamps. North: 12."


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
    shorter = shorten_once(sentence, language)
    assert shorter
    assert all(name in form for form in shorter)
    assert name in settle_abbreviations(sentence, sentence, language)


def test_the_short_form_of_a_name_is_still_dropped() -> None:
    sentence = "The Lamp Care Team of the pier (Care Team) repaired lamps on the long pier."
    assert "The Lamp Care Team of the pier repaired" in " ".join(shorten_once(sentence, "en"))


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
    assert summary.startswith("According to the latest lamp statistics")
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
    assert plain_en.drop_connective("Banks have also set up stalls.") == "Banks have set up stalls."
    assert "not only lamps but also" in plain_en.drop_connective("Not not only lamps but also oil.")
    assert wording_zh.drop_connective("燈局亦已完成測試。") == "燈局已完成測試。"
    assert wording_zh.drop_connective("除燈局外，碼頭亦已封閉。") == "除燈局外，碼頭亦已封閉。"


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


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "body",
    [
        "",
        " \n\u3000\n",
        "Die Laternen am Hafen werden ab Montag ersetzt. Es sind 40 Stück.",
        "灯笼局今日宣布更换四十盏街灯。The LB will buy 40 lamps. ランプを四十個買う。",
        "🏮🏮🏮\n\n🎉 40 lamps! 🎉",
        "a | b\n\n1 | 2\n\n3 | 4",
        "\u202eThe LB bought 40 lamps.\u202c \u200fשלום.\u200f",
        "The \ud800 LB bought \x00 40 lamps.",
        "(((((a) b) c) 40 lamps. “ ” 「」』 （",
        "1. 2. 3. 4. 5.",
    ],
)
def test_a_body_of_any_script_is_survived(body: str, language: Language) -> None:
    assert isinstance(ENGINE.draft(make_text(body, language)).text, str)


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


@pytest.mark.parametrize(
    ("lines", "language", "told"),
    [
        (
            ["Product name: Lamp Oil (refill)", "Brand: Glow", "Place of origin: France",
             "Net weight: 310 grams", "Best-before dates: May 2, 2026"],
            "en",
            "The product is Glow brand Lamp Oil from France, 310 grams, best before May 2, 2026.",
        ),
        (
            ["產品名稱：燈油", "牌子：明光", "產地：法國", "批次編號：L22"],
            "zh",
            "產品為明光牌燈油，產地法國，批次L22。",
        ),
        (["Product name: (1) Lamp Oil", "Brand: Glow"], "en", None),
        (["Opening hours: 9am", "Venue: the pier"], "en", None),
    ],
)  # fmt: skip
def test_the_details_of_one_product_are_a_sentence(
    lines: list[str], language: Language, told: str | None
) -> None:
    assert tell_product(lines, language) == told


def test_a_transcript_is_told_without_its_labels_and_without_reporters() -> None:
    body = (
        "Following is the transcript of remarks by the Lantern Secretary, Mr Ko Wing-lam, at a "
        "media session at the pier today (November 27):\n\nReporter: Will 40 lamps go out? Are "
        "the people of the pier not afraid of the dark?\n\nLantern Secretary: The Lantern Bureau "
        "will replace 70 lamps on Pier Road by November 30 at a cost of $5.1 million.\n"
    )
    summary = extract(body)
    assert "The Lantern Bureau will replace 70 lamps" in summary
    assert "Reporter" not in summary
    assert "40 lamps" not in summary
    assert "Secretary:" not in summary


def test_an_enquiry_whether_something_is_so_waits_for_its_answer() -> None:
    asked = read_telling("The Bureau received an enquiry regarding whether lamps would be free.")
    assert asked.claims
    assert read_telling("The Bureau has no scheme for free lamps.").denies
    assert read_telling("燈籠局接獲市民查詢，街燈是否免費。").claims
    assert read_telling("燈籠局嚴正聲明，沒有任何相關計劃。").denies


def test_what_a_spokesman_goes_on_to_say_is_told_as_announced() -> None:
    summary = extract(
        "The spokesperson for Pier Hospital made the following announcement today (November 27) "
        "regarding a loss of 70 lamps:\n\nThe lamps were found lost at noon on November 26 by "
        "three nurses who had been looking for them in the ward since 9am.\n"
    )
    assert summary.startswith(
        "Pier Hospital made an announcement on November 27 regarding a loss of 70 lamps."
    )


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            '"The lamps of the pier are checked every year," a spokesman for the LB said.',
            "A spokesman for the LB said that the lamps of the pier are checked every year.",
        ),
        (
            '"We have checked all the lamps of the pier," a spokesman for the LB said.',
            '"We have checked all the lamps of the pier," a spokesman for the LB said.',
        ),
        ("政府說：「所有成員的任期為一年。」", "政府表示，所有成員的任期為一年。"),
        ("政府說：「我們感謝所有成員的貢獻。」", "政府說：「我們感謝所有成員的貢獻。」"),
    ],
)
def test_what_is_quoted_is_reported_unless_it_speaks_of_its_speaker(source: str, told: str) -> None:
    assert report(source) == told


def test_a_day_is_said_once_and_a_street_keeps_its_name() -> None:
    absolute = wording_en.make_dates_absolute("on May 20 (May 20, London time)", TODAY)
    assert absolute == "on May 20 (London time)"
    assert wording_zh.write_figures("五月二十日（倫敦時間五月二十日）") == "5月20日（倫敦時間）"
    assert wording_zh.write_figures("連城道及三棟屋路") == "連城道及三棟屋路"
    assert wording_zh.shorten_bodies("衞生署衞生防護中心公布") == "衞生防護中心公布"
    assert (
        plain_en.make_plain(
            "The Centre for Lamp Protection (CLP) of the Department of Lamps said no."
        )
        == "The Centre for Lamp Protection (CLP) said no."
    )
