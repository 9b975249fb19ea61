"""The web and e-mail addresses of a text, brought to one form to be compared. Pure.

A chat turns whatever looks like an address into a link, so that one which the source lacks is
refused however it is written: without scheme, with wide dots, inside other markup.
"""

import re
from collections.abc import Iterator

# 。 is a dot of an address between Latin letters, unless a new sentence begins after it.
_WIDE_DOT = re.compile(r"(?<=[A-Za-z0-9])[。｡](?=[a-z])")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TAIL = r"[\w!#$%&*+./:=?@~-]*"
# Each kind begins where no character of its own stands before, so that long runs are read once.
_ADDRESS = re.compile(
    rf"(?<![a-z\d+-])[a-z][a-z\d+-]*://{_TAIL}|www\.{_TAIL}"
    r"|(?<![\w.%+-])[\w.%+-]*@[\w.-]+"
    r"|(?<![\w@.-])(?:[a-z\d](?:[\w-]*[a-z\d])?\.)+(?P<ending>[a-z]{2,24})(?![\w-])"
    rf"(?:[:/?#]{_TAIL})?",
    re.ASCII | re.IGNORECASE,
)
_PREFIX = re.compile(r"[a-z][a-z\d+-]*://|www\.", re.ASCII)
_CLOSING = ".,:;!?/#*_~&-"
# Without one of these there is no address; most summaries have none.
_SIGN = re.compile(r"[.．。｡](?=[A-Za-zＡ-Ｚａ-ｚ])|[@＠]|[:：][/／]|[wｗ]{3}", re.IGNORECASE)


def find_addresses(text: str) -> Iterator[str]:
    """Every address of a text, in lower case, without scheme, ``www.`` and closing marks."""
    if not _SIGN.search(text):
        return
    for match in _ADDRESS.finditer(_WIDE_DOT.sub(".", text.translate(_WIDE))):
        # "Ltd.The" is two sentences that lack a space.
        if not match["ending"] or match["ending"].islower() or match["ending"].isupper():
            yield _shorten(match[0].lower())


def is_known(address: str, known: frozenset[str]) -> bool:
    """Whether an address is one of those known, or the beginning of one up to a slash."""
    return address in known or any(each.startswith(f"{address}/") for each in known)


def _shorten(address: str) -> str:
    while match := _PREFIX.match(address):
        address = address[match.end() :]
    return address.rstrip(_CLOSING)
