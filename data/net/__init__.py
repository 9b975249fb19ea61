"""What lies under ``data.fetch``: connections, politeness, and what is let in."""
