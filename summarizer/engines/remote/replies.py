"""What an inference server says, brought to one form. Pure.

The formats are "chat completions" and "models" of OpenAI's API, with the liberties that vLLM,
llama.cpp, Ollama, LM Studio, ``transformers serve`` and gateways take.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from summarizer.script import blank_controls

# As JSON came in: whatever the server likes.
Content: TypeAlias = dict[str, Any]

_DONE = 200
_REFUSED, _NO_KEY, _FORBIDDEN, _UNKNOWN, _INVALID = 400, 401, 403, 404, 422
_FAILED = 500
_WORDS = {
    _NO_KEY: "wants another key",
    _FORBIDDEN: "refuses access with this key",
    _UNKNOWN: "knows no such model or address",
    408: "took too long",
    413: "finds the request too long",
    429: "is too busy",
    503: "is not ready",
    504: "took too long",
}
_FOR_NOW = {408, 425, 429, 529} | set(range(_FAILED, 512)) - {501, 505}
_ABOUT_THE_REQUEST = {_REFUSED, 413, _INVALID}
_LONGEST_QUOTE = 200
_LONGEST_HEARD = 2_000
_LONGEST_NAME = 200
_MOST_TOKENS = 10**9
# Also where the prompt has opened them, and where they were never closed.
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)|^(?:(?!<think>).)*</think>", re.DOTALL)
_CONTEXTS = ("max_model_len", "context_length", "context_window", "n_ctx", "n_ctx_train")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP, as it came."""

    status: int
    body: bytes
    retry_after: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no answer."""

    reason: str
    """What follows "The inference server"."""
    passes: bool = False
    """Whether the same request may fare better later."""
    is_servers: bool = True
    """Whether it tells of the server rather than of this request."""
    wait: float | None = None
    """Seconds for which the server wants to be left alone."""
    status: int | None = None
    said: str = ""
    """The server's own words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model wrote, and the tokens that it took, where they are told."""

    text: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    new_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model that a server offers; ``context`` are the tokens that it can take, if known."""

    name: str
    context: int | None = None


def read_content(reply: Reply) -> Content | Fault:
    """The JSON object in a reply, or why there is none."""
    content = _read_object(reply.body)
    if not _DONE <= reply.status < 300:  # RFC 9110, 15.3
        return _find_fault(reply.status, _read_error(content, reply.body), reply.location)
    if content is None:
        kind = "a web page" if _is_page(reply.body) else "something else"
        return Fault(f"answers with {kind} instead of JSON", status=reply.status)
    if content.get("error"):
        return _find_fault(_read_code(content["error"]), _read_error(content, b""), None)
    return content


def read_answer(content: Content) -> Answer | Fault:
    """The model's answer without its thoughts, or why there is none."""
    choice = _first(content.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        return Fault("answers without a message")
    said = _read_text(message.get("content"))
    text = _THOUGHTS.sub("", said)
    if not text.strip():
        if said.strip() or message.get("reasoning_content") or message.get("reasoning"):
            return Fault("only thought, and wrote nothing; turn thinking off", is_servers=False)
        if message.get("refusal"):
            return Fault("declined to answer", is_servers=False)
    if choice.get("finish_reason") == "content_filter":
        return Fault("filtered the answer", is_servers=False)
    usage = _object(content.get("usage"))
    return Answer(
        text,
        _count(usage.get("prompt_tokens")) or 0,
        _count(_object(usage.get("prompt_tokens_details")).get("cached_tokens")) or 0,
        _count(usage.get("completion_tokens")) or 0,
    )


def read_models(content: Content) -> tuple[ListedModel, ...] | Fault:
    """The models that a server lists."""
    listed = content.get("data")
    if not isinstance(listed, list):
        return Fault("does not list its models", status=_DONE)
    return tuple(
        ListedModel(blank_controls(entry["id"]), _find_context(entry))
        for entry in listed
        if isinstance(entry, dict)
        and isinstance(entry.get("id"), str)
        and len(entry["id"]) <= _LONGEST_NAME
    )


def _find_context(entry: Content) -> int | None:
    """The least of the sizes stated: what the server runs with can be less than the model's."""
    places = (entry, _object(entry.get("meta")))
    stated = (_count(place.get(name)) for place in places for name in _CONTEXTS)
    return min((size for size in stated if size), default=None)


def _find_fault(status: int, said: str, location: str | None) -> Fault:
    if 300 <= status < 400:  # RFC 9110, 15.4
        place = f": {_quote(_to_line(location))}" if location else ""
        return Fault(f"sends elsewhere ({status}{place}), and is not followed")
    words = _WORDS.get(status) or ("fails" if status >= _FAILED else "refuses the request")
    # What is said of a key may have parts of it.
    quoted = f": {_quote(said)}" if said and status not in {_NO_KEY, _FORBIDDEN} else ""
    return Fault(
        f"{words} ({status}{quoted})",
        passes=status in _FOR_NOW,
        is_servers=status not in _ABOUT_THE_REQUEST,
        status=status,
        said=said,
    )


def _read_object(body: bytes) -> Content | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _read_code(error: object) -> int:
    """The status that an error in a reply of status 200 stands for."""
    code = _count(_object(error).get("code"))
    return code if code and _REFUSED <= code < 600 else _FAILED


def _read_error(content: Content | None, body: bytes) -> str:
    if content is None:
        return "" if _is_page(body) else _to_line(body[:_LONGEST_HEARD].decode("utf-8", "replace"))
    error = content.get("error") or content.get("detail") or content.get("message")
    if isinstance(error, list):  # what fields are wrong, in FastAPI's way
        faults = [_object(each) for each in error]
        return _to_line("; ".join(f"{each.get('msg')}: {each.get('loc')}" for each in faults))
    if isinstance(error, dict):
        # Some say in fields of their own how large the context is.
        sizes = [f"({name} {error[name]})" for name in _CONTEXTS if _count(error.get(name))]
        return _to_line(" ".join([str(error.get("message") or error.get("type") or ""), *sizes]))
    return _to_line(str(error or ""))


def _to_line(said: str) -> str:
    """One printable line of bounded length."""
    return " ".join(blank_controls(_mend(said[:_LONGEST_HEARD])).split())


def _quote(line: str) -> str:
    return (line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…").rstrip(".")


def _is_page(body: bytes) -> bool:
    return body[:1_000].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))


def _read_text(content: object) -> str:
    """Text, also where it comes in parts."""
    if isinstance(content, str):
        return _mend(content)
    parts: Sequence[object] = content if isinstance(content, list) else ()
    texts = (part if isinstance(part, str) else _object(part).get("text") for part in parts)
    return _mend("".join(text for text in texts if isinstance(text, str)))


def _mend(text: str) -> str:
    """Text that can be encoded: JSON lets halves of characters through."""
    return text.encode("utf-8", "replace").decode()


def _first(values: object) -> Content:
    return _object(values[0]) if isinstance(values, list) and values else {}


def _object(value: object) -> Content:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    """A number of tokens, if it can be one."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= _MOST_TOKENS else None
