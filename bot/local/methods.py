"""The table of Bot API methods, and the one door through which every call goes."""

from collections.abc import Awaitable, Callable, Mapping

from bot.local import files, inline, members, polling, profile, sending
from bot.local.parameters import Parameters
from bot.local.refusals import Refusal
from bot.local.state import LocalState

Method = Callable[[LocalState, Parameters], Awaitable[object]]

METHODS: Mapping[str, Method] = {
    name.lower(): method
    for name, method in {
        "getMe": profile.get_me,
        "getUpdates": polling.get_updates,
        "deleteWebhook": polling.delete_webhook,
        "getWebhookInfo": polling.get_webhook_info,
        "sendMessage": sending.send_message,
        "sendDocument": files.send_document,
        "sendPhoto": files.send_photo,
        "getFile": files.get_file,
        "editMessageText": sending.edit_message_text,
        "editMessageReplyMarkup": sending.edit_message_reply_markup,
        "deleteMessage": sending.delete_message,
        "answerCallbackQuery": sending.answer_callback_query,
        "answerInlineQuery": inline.answer_inline_query,
        "sendChatAction": sending.send_chat_action,
        "setMyCommands": profile.set_my_commands,
        "getMyCommands": profile.get_my_commands,
        "deleteMyCommands": profile.delete_my_commands,
        "setMyName": profile.set_my_name,
        "getMyName": profile.get_my_name,
        "setMyDescription": profile.set_my_description,
        "getMyDescription": profile.get_my_description,
        "setMyShortDescription": profile.set_my_short_description,
        "getMyShortDescription": profile.get_my_short_description,
        "getChat": profile.get_chat,
        "getChatMember": members.get_chat_member,
        "getChatAdministrators": members.get_chat_administrators,
    }.items()
}

# Those that put words into a chat or change them: what Telegram's limits on messages count.
WRITING = frozenset(
    {"sendmessage", "senddocument", "sendphoto", "editmessagetext", "editmessagereplymarkup"}
)


async def call(state: LocalState, name: str, parameters: Parameters) -> object:
    """The result of a method, whose name is taken in any case.

    Raises:
        Refusal: as the real server would refuse.
    """
    method = METHODS.get(name.lower())
    if method is None:
        raise Refusal(404, "Not Found")
    return await method(state, parameters)
