"""The state's values as the Bot API writes them (pure)."""

from typing import Any

from bot.local.chats import Chat, Message
from bot.local.entities import Formatted


def write_message(chat: Chat, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
    """The ``Message`` object."""
    author = {} if chat.kind == "channel" else {"from": message.sender.to_json()}
    if message.as_chat or chat.kind == "channel":
        author["sender_chat"] = chat.to_json()
    if message.via_bot:
        author["via_bot"] = message.via_bot.to_json()
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
    if message.location:
        return {"location": message.location.to_json()}
    entities = Formatted(message.text, message.entities).to_wire()
    media = {"document": message.document, "photo": message.photo}
    sent = {name: each.to_json() for name, each in media.items() if each}
    if not sent:
        return {"text": message.text, **({"entities": entities} if entities else {})}
    caption = {"caption": message.text} if message.text else {}
    marked = {"caption_entities": entities} if entities else {}
    return {**sent, **caption, **marked}


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
