"""What people meet: the Telegram conversation, digests and their delivery."""
