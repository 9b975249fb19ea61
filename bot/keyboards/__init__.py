"""Inline keyboards and what their buttons say when pressed; pure. One file a conversation.

Callback data is ``verb:argument`` of at most 64 bytes; every verb has its handler in
``bot.handlers``.
"""
