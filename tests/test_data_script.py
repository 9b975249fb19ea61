"""Which script a Chinese text is in, and what becomes of it."""

from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.feed import read_feed
from data.readers.gia_page import read_gia_page
from data.script import close_up, to_traditional

TRADITIONAL = "海港署後日會在皇后大道裏裝設雲石燈座，並於萬里長街點亮13盞燈籠，請市民乘車前往。"
AMBIGUOUS = "皇后、公里、人云亦云、干支、台上"  # stands in both scripts


def test_a_simplified_text_becomes_traditional_as_hong_kong_writes_it() -> None:
    simplified = ["海港署卫生组后天检查灯笼", "长街里面的头发铺为市民点亮十三盏灯。", "云台"]
    assert to_traditional(simplified) == [
        "海港署衞生組後天檢查燈籠",
        "長街裏面的頭髮鋪為市民點亮十三盞燈。",
        "雲台",
    ]


@pytest.mark.parametrize("text", [TRADITIONAL, AMBIGUOUS, "", "Lanterns at noon", "１３盞○燈"])
def test_a_traditional_text_stays_as_it_is(text: str) -> None:
    assert to_traditional([text, TRADITIONAL]) == [text, TRADITIONAL]


def test_every_real_traditional_text_stays_as_it_is(gia: Path) -> None:
    pages = sorted((gia / "pages").rglob("P*.htm"))
    texts = [read_gia_page(page.read_text("utf-8"), page.name).text for page in pages]
    texts += [reading.text for reading in read_feed((gia / "general_zh.xml").read_bytes()).items]
    parts = [[text.title, *text.body.split("\n\n")] for text in texts if text.language == "zh"]
    assert sum(map(len, parts)) > 200
    for text in parts:
        assert to_traditional(text) == text
        assert [to_traditional([part]) for part in text] == [[part] for part in text]


def test_most_real_lines_come_back_from_simplified(gia: Path) -> None:
    lines = (gia / "general_zh.xml").read_text("utf-8").splitlines()
    simplified = [opencc.OpenCC("hk2s").convert(line) for line in lines]
    back = to_traditional(simplified)
    characters = sum(map(len, lines))
    wrong = sum(
        one != other
        for line, result in zip(lines, back, strict=True)
        for one, other in zip(line, result, strict=False)
    )
    assert list(map(len, back)) == list(map(len, lines))
    assert wrong / characters < 0.005


def test_a_simplified_paragraph_within_a_traditional_text_is_converted_alone() -> None:
    quoted = "“欢迎来到灯笼节，请为长者让座。”"
    parts = [TRADITIONAL, quoted, AMBIGUOUS]
    assert to_traditional(parts) == [TRADITIONAL, "“歡迎來到燈籠節，請為長者讓座。”", AMBIGUOUS]


def test_a_traditional_paragraph_within_a_simplified_text_stays() -> None:
    simplified = "灯笼节开始，请为长者让座，谢谢。" * 10
    parts = [simplified, "皇后大道的燈籠與雲石"]
    assert to_traditional(parts)[1] == parts[1]


def test_japanese_in_a_simplified_text_stays_japanese() -> None:
    text = "灯笼节的日语是「国際ランタン会」，请为长者让座。"
    assert to_traditional([text]) == ["燈籠節的日語是「国際ランタン会」，請為長者讓座。"]


def test_a_japanese_name_in_a_traditional_text_stays() -> None:
    text = f"{TRADITIONAL}東京国立会館亦會參加。"
    assert to_traditional([text]) == [text]


_MIXED = st.text(
    st.sampled_from("灯笼节国会发后里云干台复签燈籠節國會發裏雲複籤ランタン「」。 a1\n")
)


@given(st.lists(_MIXED, max_size=4))
def test_parts_stay_apart_and_a_second_pass_changes_nothing(parts: list[str]) -> None:
    once = to_traditional(parts)
    assert len(once) == len(parts)
    assert to_traditional(once) == once


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=4))
def test_text_without_chinese_stays(parts: list[str]) -> None:
    assert [part for part in to_traditional(parts) if part.isascii()] == [
        part for part in parts if part.isascii()
    ]


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("海 港 署 在 下 午 2 時 點 亮 燈 籠 。", "海港署在下午2時點亮燈籠。"),
        ("氣 溫 ： 27 度 ， 風 力 3 級", "氣溫：27度，風力3級"),
        ("海 港 署 的 Lantern Day 開 始", "海港署的 Lantern Day 開始"),
        ("海港署 點亮燈籠", "海港署 點亮燈籠"),
        ("第一 | 第二 | 第三", "第一 | 第二 | 第三"),
        ("No blanks are lost 13 00 here", "No blanks are lost 13 00 here"),
    ],
)
def test_blanks_between_all_characters_are_closed(text: str, closed: str) -> None:
    assert close_up(text) == closed
    assert close_up(closed) == closed
