"""Inline mode of the local server, through others' clients and the page's door."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiogram
import aiogram.types
import httpx
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from fakes import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram
from bot.local.methods import call as call_method
from bot.local.parameters import Parameters, to_strings
from bot.local.refusals import Refusal

GROUP_ID = -5
STRANGER_ID = 77
LINK = {"inline_keyboard": [[{"text": "全文", "url": "https://www.info.gov.hk/gia/"}]]}


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot:
        yield bot


@pytest.fixture
async def other_bot(local: LocalTelegram) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(local.url))
    async with aiogram.Bot(LOCAL_TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def http(local: LocalTelegram) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=local.url, timeout=10, verify=False) as client:
        yield client


def make_article(
    number: int = 1, text: str = "<b>暴雨</b> &amp; wind", **more: Any
) -> dict[str, Any]:
    said = {"message_text": text, "parse_mode": "HTML"}
    return {
        "type": "article",
        "id": f"{number}",
        "title": f"Title {number}",
        "input_message_content": said,
        **more,
    }


async def call(http: httpx.AsyncClient, method: str, **parameters: Any) -> httpx.Response:
    return await http.post(f"/bot{LOCAL_TOKEN}/{method}", json=parameters)


async def answer_next(http: httpx.AsyncClient, *results: Any, **more: Any) -> httpx.Response:
    """Let the bot answer the inline query that waits."""
    (update,) = (await call(http, "getUpdates", timeout=10)).json()["result"]
    query_id = update["inline_query"]["id"]
    return await call(http, "answerInlineQuery", inline_query_id=query_id, results=results, **more)


# Through other clients


async def test_a_stranger_asks_in_any_chat_and_sends_what_the_bot_offers(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(GROUP_ID, "supergroup", "Group")
    asked = local.ask_inline(
        "暴雨", user_id=STRANGER_ID, language_code="zh-hant", offset="20", asked_in="supergroup"
    )
    (update,) = await bot.get_updates()
    query = update.inline_query
    assert query
    content = telegram.InputTextMessageContent("<b>暴雨</b> &amp; wind", parse_mode="HTML")
    article = telegram.InlineQueryResultArticle("a", "標題", content, description="摘要")
    assert await query.answer([article], cache_time=5, is_personal=True, next_offset="40")
    answer = await asked
    sent = local.choose(answer.results[0], chat_id=GROUP_ID, user_id=STRANGER_ID)
    (update,) = await bot.get_updates(offset=update.update_id + 1)

    assert (query.query, query.offset, query.chat_type) == ("暴雨", "20", "supergroup")
    assert (query.from_user.id, query.from_user.language_code) == (STRANGER_ID, "zh-hant")
    assert (answer.cache_time, answer.is_personal, answer.next_offset) == (5, True, "40")
    assert (answer.results[0].title, answer.results[0].description) == ("標題", "摘要")
    assert (sent.text, sent.entities[0].type, sent.from_bot) == ("暴雨 & wind", "bold", False)
    assert local.journal == []
    assert update.message
    assert update.message.via_bot
    assert (update.message.via_bot.id, update.message.text) == (bot.id, "暴雨 & wind")


async def test_aiograms_models_accept_queries_results_and_what_was_chosen(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    types = aiogram.types
    asked = local.ask_inline("rain")
    (update,) = await other_bot.get_updates()
    assert update.inline_query
    article = types.InlineQueryResultArticle(
        id="1",
        title="Rain",
        input_message_content=types.InputTextMessageContent(
            message_text="<i>x</i>", parse_mode="HTML"
        ),
        reply_markup=types.InlineKeyboardMarkup.model_validate(LINK),
    )
    button = types.InlineQueryResultsButton(text="Settings", start_parameter="settings")
    assert await other_bot.answer_inline_query(update.inline_query.id, [article], button=button)
    answer = await asked
    local.choose(answer.results[0])
    *_, update = await other_bot.get_updates()
    assert answer.button == {"text": "Settings", "start_parameter": "settings"}
    assert update.message
    assert update.message.via_bot
    assert update.message.via_bot.id == other_bot.id
    assert update.message.reply_markup
    assert update.message.model_extra == {}


async def test_a_button_beneath_what_was_chosen_names_no_message(
    local: LocalTelegram, bot: telegram.Bot, http: httpx.AsyncClient
) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "more:1:en"}]]}
    asked = local.ask_inline("x")
    await answer_next(http, make_article(reply_markup=markup))
    sent = local.choose((await asked).results[0])
    local.press(sent.message_id, "more:1:en", user_id=STRANGER_ID)
    *_, update = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.inline_message_id
    assert update.callback_query.message is None
    assert update.effective_chat is None


async def test_a_query_comes_only_to_a_bot_that_wants_it(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    await bot.get_updates(allowed_updates=["message"])
    local.ask_inline("x")
    assert local.state.updates == []
    await bot.get_updates(allowed_updates=["message", "inline_query"])
    local.ask_inline("x")
    (update,) = await bot.get_updates()
    assert update.inline_query


async def test_an_empty_query_and_an_empty_answer_are_good(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    asked = local.ask_inline("")
    response = await answer_next(http)
    assert response.json() == {"ok": True, "result": True}
    assert (await asked).results == ()


async def test_fifty_results_with_the_longest_ids_are_taken(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    asked = local.ask_inline("x" * 256)
    articles = [make_article(id=f"{number:064}") for number in range(50)]
    response = await answer_next(http, *articles, next_offset="x" * 64)
    assert response.status_code == 200
    assert len((await asked).results) == 50


async def test_the_app_lets_no_more_than_256_characters_through(local: LocalTelegram) -> None:
    with pytest.raises(ValueError, match="longer than 256"):
        local.ask_inline("x" * 257)


# Refusals

_CANT = "can't parse inline query result: "
REFUSALS: list[tuple[object, dict[str, Any], str]] = [
    ("[", {}, "can't parse inline query results JSON object"),
    ({}, {}, "expected an Array of inline query results"),
    ([make_article(n) for n in range(51)], {}, "too many inline query results specified"),
    ([1], {}, f"{_CANT}Inline query result must be an object"),
    ([{"id": "1"}], {}, f'{_CANT}Can\'t find field "type"'),
    ([{"type": "article"}], {}, f'{_CANT}Can\'t find field "id"'),
    ([make_article(id=[1])], {}, f'{_CANT}Field "id" must be of type String'),
    ([make_article(type="dance")], {}, f'{_CANT}type "dance" is unsupported'),
    ([make_article(id="")], {}, "RESULT_ID_INVALID"),
    ([make_article(id="字" * 22)], {}, "RESULT_ID_INVALID"),
    ([make_article(1), make_article(1)], {}, "RESULT_ID_DUPLICATE"),
    ([make_article(title=" ")], {}, "ARTICLE_TITLE_EMPTY"),
    ([make_article(description={})], {}, f'{_CANT}Field "description" must be of type String'),
    (
        [make_article(input_message_content=None)],
        {},
        f"{_CANT}Input message content is not specified",
    ),
    (
        [make_article(input_message_content="x")],
        {},
        f'{_CANT}Field "input_message_content" must be of type Object',
    ),
    ([make_article(text="")], {}, f"{_CANT}Message text is empty"),
    ([make_article(text="<b> </b>")], {}, f"{_CANT}Text must be non-empty"),
    ([make_article(text="字" * 4097)], {}, "MESSAGE_TOO_LONG"),
    (
        [make_article(text="a<br>")],
        {},
        f'{_CANT}Can\'t parse entities: Unsupported start tag "br" at byte offset 1',
    ),
    ([make_article(reply_markup={"force_reply": True})], {}, "inline keyboard expected"),
    (
        [make_article(reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": ""}]]})],
        {},
        "BUTTON_DATA_INVALID",
    ),
    ([], {"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
    ([], {"button": 1}, "object expected as button"),
    ([], {"button": {"text": " ", "start_parameter": "x"}}, "BUTTON_TEXT_INVALID"),
    ([], {"button": {"text": "x"}}, "START_PARAM_INVALID"),
    ([], {"button": {"text": "x", "start_parameter": "a b"}}, "START_PARAM_INVALID"),
]


@pytest.mark.parametrize(("results", "more", "reason"), REFUSALS)
async def test_results_that_telegram_refuses_are_refused(
    local: LocalTelegram,
    http: httpx.AsyncClient,
    results: object,
    more: dict[str, Any],
    reason: str,
) -> None:
    asked = local.ask_inline("x")
    query_id = next(iter(local.state.inline_queries))
    response = await call(
        http, "answerInlineQuery", inline_query_id=query_id, results=results, **more
    )
    assert response.status_code == 400
    assert response.json()["description"] == f"Bad Request: {reason}"
    assert not asked.done()


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.just("<b>x")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["message_text", "inline_keyboard", "text"]), inner),
    ),
    max_leaves=6,
)
PARTS = ("type", "id", "title", "description", "url", "input_message_content", "reply_markup")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(more=st.dictionaries(st.sampled_from(PARTS), ODD, max_size=3), button=ODD)
async def test_any_result_is_offered_or_refused(
    local: LocalTelegram, more: dict[str, Any], button: object
) -> None:
    asked = local.ask_inline("x")
    query_id = list(local.state.inline_queries)[-1]
    body = {"inline_query_id": query_id, "results": [make_article(**more)], "button": button}
    try:
        await call_method(local.state, "answerInlineQuery", Parameters(to_strings(body)))
    except Refusal:
        assert not asked.done()
    else:
        local.choose((await asked).results[0])


async def test_a_query_is_answered_once_and_in_time(
    local: LocalTelegram, http: httpx.AsyncClient, clock: Clock
) -> None:
    asked = local.ask_inline("x")
    query_id = next(iter(local.state.inline_queries))
    for title in ("first", "second"):
        await call(
            http,
            "answerInlineQuery",
            inline_query_id=query_id,
            results=[make_article(title=title)],
        )
    late = local.ask_inline("y")
    clock.now += timedelta(seconds=61)
    response = await answer_late(local, http)
    assert [result.title for result in (await asked).results] == ["first"]
    assert "query is too old" in response.json()["description"]
    assert not late.done()


async def answer_late(local: LocalTelegram, http: httpx.AsyncClient) -> httpx.Response:
    query_id = list(local.state.inline_queries)[-1]
    return await call(http, "answerInlineQuery", inline_query_id=query_id, results=[])


# The page's door


async def test_the_page_asks_and_sends_what_was_chosen(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    body = {"text": "rain", "language_code": "zh-hant"}
    asked = asyncio.create_task(http.post("/local/inline", json=body))
    await answer_next(http, make_article(1, description="d"), make_article(2), next_offset="2")
    answer = (await asked).json()
    key = answer["results"][1]["key"]
    chosen = await http.post("/local/choose", json={"key": key})
    assert (answer["answered"], answer["next_offset"]) == (True, "2")
    assert [(each["title"], each["description"]) for each in answer["results"]] == [
        ("Title 1", "d"),
        ("Title 2", ""),
    ]
    assert chosen.json()["text"] == "暴雨 & wind"
    assert local.messages()[-1].via_bot
    assert local.messages()[-1].sender.id == READER_ID


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/local/inline", {}),
        ("/local/inline", {"text": "x" * 257}),
        ("/local/inline", {"text": "x", "offset": 1}),
        ("/local/choose", {}),
        ("/local/choose", {"key": "1:1"}),
    ],
)
async def test_asking_for_nothing_is_refused_with_a_reason(
    http: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    response = await http.post(path, json=body)
    assert response.status_code == 400
    assert response.json()["error"]
