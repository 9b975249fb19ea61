"""Text in, checked summary out; knows nothing of Telegram, feeds or the database."""
