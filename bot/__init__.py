"""What people meet: the Telegram conversation, digests and their delivery."""

import os

# python-telegram-bot reads this switch from the environment only: waits come as timedelta, as
# they will always do from its next major version on, and without a warning for each.
os.environ.setdefault("PTB_TIMEDELTA", "true")
