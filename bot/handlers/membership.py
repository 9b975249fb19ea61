"""Blocked, let in again, moved: what happens to the bot in a chat."""

from typing import Any

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import BaseHandler, ChatMemberHandler, MessageHandler, filters

from bot.handlers.services import Context, Services
from bot.handlers.timetable import tell_setting
from bot.texts import say
from data.models import Chat, ChatLanguage

_OUT = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})


class MembershipHandlers:
    """Settings stay whatever happens, for the chat may return."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            ChatMemberHandler(self.change, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(filters.StatusUpdate.MIGRATE, self.move),
        ]

    async def change(self, update: Update, _: Context) -> None:
        """Nothing is owed to a chat that we can't write to; one that lets us in is back."""
        change = update.my_chat_member
        if change is None:
            return
        is_private = change.chat.type == ChatType.PRIVATE
        with self._services.together():
            if can_write(change.new_chat_member, change.chat.type):
                self._bring_back(update, change.chat.id, is_private=is_private)
            else:
                reason = f"{change.new_chat_member.status} in the {change.chat.type} chat"
                self._services.store.chats.mark_paused(change.chat.id, reason)
                self._services.store.deliveries.mark_gone(change.chat.id, reason)

    async def move(self, update: Update, _: Context) -> None:
        """A group has become a supergroup; both say so, each in a message of its own."""
        message = update.effective_message
        if message is None:
            return
        old_id = message.migrate_from_chat_id or message.chat.id
        new_id = message.migrate_to_chat_id or message.chat.id
        self._services.store.chats.move(old_id, new_id)

    def _bring_back(self, update: Update, chat_id: int, *, is_private: bool) -> None:
        for chat in self._services.store.chats.list_threads(chat_id):
            if chat.status == "active":
                continue  # another right was given or taken, or we never heard of the block
            back = self._services.bring_back(chat)
            if is_private:
                self._services.answer(update, tell_setting(back, _welcome_back))


def can_write(member: ChatMember, kind: str) -> bool:
    """Whether the bot, being such a member of a chat of this kind, can write there."""
    if member.status in _OUT:
        return False
    if isinstance(member, ChatMemberRestricted):
        return bool(member.is_member and member.can_send_messages)
    if kind == ChatType.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return True


def _welcome_back(language: ChatLanguage, _: Chat) -> str:
    return say(language, "membership.back")
