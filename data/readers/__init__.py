"""Bytes to releases, one reader a format; pure: no network, no clock."""
