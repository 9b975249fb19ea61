"""Releases in: fetching, reading, pairing, classing and storing Government press releases."""
