"""Which time zone a reader means by its name, a city or a country, in English or Chinese; pure.

Names come from the tz database, and those in Chinese from Unicode's CLDR by way of babel.
"""

import difflib
import re
import unicodedata
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global

from bot.texts import LOCALES

MOST_SUGGESTIONS = 6
# Of no use to a reader: they stand for a machine's own setting or for none.
_NO_ZONES = {"localtime", "posixrules", "Factory"}


@dataclass(frozen=True)
class _Names:
    """Folded names: of whole zones, and of cities and countries with the zones that they lie in."""

    zones: Mapping[str, str]
    places: Mapping[str, tuple[str, ...]]


def find_zones(typed: str) -> tuple[str, ...]:
    """The zones that a name can mean: one, several if it is ambiguous, or none.

    Case, width, blanks and accents don't matter. Old names give the zone's present one.
    """
    names, folded = _load_names(), _fold(typed)
    if folded in names.zones:
        return (names.zones[folded],)
    return names.places.get(folded, ())


def suggest_zones(typed: str) -> tuple[str, ...]:
    """Zones of places with names like this one, the likeliest first."""
    places, folded = _load_names().places, _fold(typed.rpartition("/")[2])
    if not folded:
        return ()
    begins = sorted(name for name in places if name.startswith(folded))
    alike = difflib.get_close_matches(folded, places, MOST_SUGGESTIONS)
    zones = [zone for name in (*begins, *alike) for zone in places[name]]
    return tuple(dict.fromkeys(zones))[:MOST_SUGGESTIONS]


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    # The hyphen of GMT-8 is a minus.
    return re.sub(r"[\s_'’.,()]|-(?!\d)", "", letters).replace("臺", "台")


@cache
def _load_names() -> _Names:
    renamed = get_global("zone_aliases")
    zones = {name: renamed.get(name, name) for name in list_zones()}
    places: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, zone in zones.items():
        area, _, city = name.rpartition("/")
        # Cities alone: GMT+8 under Etc is eight hours behind Greenwich, which nobody means.
        if area and area != "Etc":
            places[_fold(city)][zone] = None
    for name, zone in _list_translations():
        if zone in zones:
            places[_fold(name)][zones[zone]] = None
    by_name = {_fold(name): zone for name, zone in zones.items()}
    return _Names(by_name, {name: tuple(sorted(each)) for name, each in places.items()})


def list_zones() -> list[str]:
    """The names of all zones that are those of places or have a fixed offset."""
    return sorted(zoneinfo.available_timezones() - _NO_ZONES)


def _list_translations() -> Iterator[tuple[str, str]]:
    """Names of cities, and of countries that have one zone, each with the zone."""
    territories = get_global("zone_territories")
    zones_of: defaultdict[str, list[str]] = defaultdict(list)
    for zone, territory in territories.items():
        zones_of[territory].append(zone)
    for code in LOCALES.values():
        locale = Locale.parse(code)
        for zone, words in locale.time_zones.items():
            if "city" in words:
                yield words["city"], zone
        for territory, zones in zones_of.items():
            if len(zones) == 1 and territory in locale.territories:
                yield locale.territories[territory], zones[0]
