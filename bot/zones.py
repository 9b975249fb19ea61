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

from bot.texts import LOCALES, to_simplified

MOST_SUGGESTIONS = 6
# Cities where many of our readers live and that the tz database knows by another's name.
_MORE_PLACES = {
    "Asia/Shanghai": "China 中國 Beijing 北京 Shenzhen 深圳 Guangzhou 廣州 Zhuhai 珠海 Foshan 佛山",
    "Europe/London": "Manchester 曼徹斯特 Birmingham 伯明翰 Liverpool 利物浦 Edinburgh 愛丁堡",
    "America/Los_Angeles": "Seattle 西雅圖 San-Francisco 三藩市 舊金山",
    "America/New_York": "Boston 波士頓 Washington 華盛頓",
    "America/Edmonton": "Calgary 卡加利",
    "Asia/Tokyo": "Osaka 大阪",
}
# Whoever names an offset from Greenwich, in minutes, is offered cities that have it in winter:
# their clocks may change in summer, which no offset tells.
_CITIES_AT: Mapping[int, str] = {
    -600: "Pacific/Honolulu",
    -540: "America/Anchorage",
    -480: "America/Los_Angeles America/Vancouver",
    -420: "America/Denver America/Edmonton America/Phoenix",
    -360: "America/Chicago America/Winnipeg America/Mexico_City",
    -300: "America/New_York America/Toronto America/Lima",
    -240: "America/Halifax America/Santiago America/Puerto_Rico",
    -210: "America/St_Johns",
    -180: "America/Sao_Paulo America/Argentina/Buenos_Aires",
    -60: "Atlantic/Azores",
    0: "Europe/London Europe/Dublin Europe/Lisbon Africa/Accra Etc/UTC",
    60: "Europe/Paris Europe/Berlin Europe/Madrid Africa/Lagos",
    120: "Europe/Athens Africa/Cairo Africa/Johannesburg",
    180: "Europe/Istanbul Europe/Moscow Asia/Riyadh Africa/Nairobi",
    210: "Asia/Tehran",
    240: "Asia/Dubai",
    270: "Asia/Kabul",
    300: "Asia/Karachi Asia/Tashkent",
    330: "Asia/Kolkata Asia/Colombo",
    345: "Asia/Kathmandu",
    360: "Asia/Dhaka",
    390: "Asia/Yangon",
    420: "Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh",
    480: "Asia/Hong_Kong Asia/Shanghai Asia/Taipei Asia/Singapore Asia/Manila Australia/Perth",
    540: "Asia/Tokyo Asia/Seoul",
    570: "Australia/Adelaide Australia/Darwin",
    600: "Australia/Sydney Australia/Melbourne Australia/Brisbane",
    660: "Pacific/Noumea Pacific/Guadalcanal",
    720: "Pacific/Auckland Pacific/Fiji",
    765: "Pacific/Chatham",
    780: "Pacific/Apia Pacific/Tongatapu",
}
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?")
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
    return names.places.get(folded) or _find_offset(folded)


def _find_offset(folded: str) -> tuple[str, ...]:
    """Cities at an offset such as ``utc+5:30``; none if it isn't one."""
    found = _OFFSET.fullmatch(folded.replace("−", "-").replace("–", "-"))
    if found is None:
        return ()
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return tuple(_CITIES_AT.get(-minutes if found[1] == "-" else minutes, "").split())


def locate_zone(latitude: float, longitude: float) -> str | None:
    """The zone of a place on land, in degrees; None at sea or where there is no such place."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    # Its table of borders is loaded for whoever shares a place, and for nobody else.
    from tzfpy import get_tz

    found = find_zones(get_tz(longitude, latitude))
    return found[0] if len(found) == 1 and not found[0].startswith("Etc/") else None


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
    for zone, typed in _MORE_PLACES.items():
        for name in typed.split():
            yield name, zone
            yield to_simplified(name), zone
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
