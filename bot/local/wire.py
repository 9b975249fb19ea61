"""The state's values as the Bot API writes them (pure)."""

from typing import Any

from bot.local.entities import Formatted
from bot.local.state import Chat, Message


def write_message(chat: Chat, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
    """The ``Message`` object."""
    author = {} if chat.kind == "channel" else {"from": message.sender.to_json()}
    body: dict[str, Any] = {
        "message_id": message.message_id,
        **author,
        "chat": chat.to_json(),
        "date": int(message.sent_at.timestamp()),
        **_write_content(message),
    }
    if message.edited_at:
        body["edit_date"] = int(message.edited_at.timestamp())
    if message.markup and "inline_keyboard" in message.markup:
        body["reply_markup"] = message.markup
    if message.thread_id:
        body |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if message.link_preview:
        body["link_preview_options"] = message.link_preview
    if message.is_protected:
        body["has_protected_content"] = True
    if with_reply and (answered := chat.messages.get(message.reply_to)):
        body["reply_to_message"] = write_message(chat, answered, with_reply=False)
    return body


def _write_content(message: Message) -> dict[str, Any]:
    if message.service:
        return dict(message.service)
    entities = Formatted(message.text, message.entities).to_wire()
    if message.document is None:
        return {"text": message.text, **({"entities": entities} if entities else {})}
    caption = {"caption": message.text} if message.text else {}
    marked = {"caption_entities": entities} if entities else {}
    return {"document": message.document.to_json(), **caption, **marked}


def write_full_chat(chat: Chat) -> dict[str, Any]:
    """The ``ChatFullInfo`` object."""
    return {
        **chat.to_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
