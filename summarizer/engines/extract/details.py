"""Tells the details of a product, a line each, as one sentence. Pure.

Food and safety notices name what people should not use in lines: "Brand: …", "Net weight | …".
"""

import re
from collections.abc import Mapping, Sequence

from data.models import Language

# What a line is labelled, by what it tells.
_LABELS = {
    "name": r"(?:product )?name(?: of (?:the )?product)?|product|產品名稱|產品",
    "brand": r"brand(?: name)?|牌子|品牌",
    "origin": r"(?:place|country) of origin|產地|來源地|原產地",
    "size": r"net (?:weight|volume)|pack(?:ing|age) size|volume|淨重|淨含量|包裝|重量|容量",
    "until": r"(?:best[- ]before|use[- ]by|expiry)(?: dates?)?|此日期前最佳|此日期或之前食用|"
    r"食用限期|到期日",
    "batch": r"batch(?: (?:number|no\.?|code))?|lot (?:number|no\.?|code)|批次(?:編號|號碼)?|批號",
}
_LINE = re.compile(
    "(?:" + "|".join(f"(?P<{what}>{label})" for what, label in _LABELS.items()) + r")s?"
    r"\s?(?:[:：]| \|)\s?(?P<value>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_ASIDE = re.compile(r"\s?[(（][^()（）]*[)）]")
_SEVERAL = re.compile(r"^[(（]?(?:1|a|i|一)[)）.、]|\n")
_NO_BATCH = re.compile(r"^(?:all|every|所有|全部)", re.IGNORECASE)
_LONGEST_VALUE = {"en": 80, "zh": 40}


def tell_product(lines: Sequence[str], language: Language) -> str | None:
    """One product's lines as a sentence; None where they tell of none or of several."""
    told = _read(lines, language)
    if not told or "name" not in told or len(told) < 2:
        return None
    return _tell_english(told) if language == "en" else _tell_chinese(told)


def _read(lines: Sequence[str], language: Language) -> Mapping[str, str] | None:
    told: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if not match or not match.lastgroup:
            continue
        what = next(what for what in _LABELS if match[what])
        value = match["value"].strip(" .。;；")
        if what in told or _SEVERAL.search(value):
            return None
        value = value if what == "until" else _ASIDE.sub("", value).strip()
        if value and len(value) <= _LONGEST_VALUE[language]:
            told[what] = value
    return told


def _tell_english(told: Mapping[str, str]) -> str:
    brand = f"{told['brand']} brand " if "brand" in told else ""
    text = f"The product is {brand}{told['name']}"
    if "origin" in told:
        text += f" from {told['origin']}"
    if "size" in told:
        size = told["size"]
        text += f", {size[0].lower()}{size[1:]}"
    if "until" in told:
        text += f", best before {told['until']}"
    elif "batch" in told and not _NO_BATCH.match(told["batch"]):
        text += f", batch {told['batch']}"
    return f"{text}."


def _tell_chinese(told: Mapping[str, str]) -> str:
    brand = f"{told['brand']}牌" if "brand" in told else ""
    text = f"產品為{brand.replace('牌牌', '牌')}{told['name']}"
    if "origin" in told:
        text += f"，產地{told['origin']}"
    if "size" in told:
        text += f"，{told['size']}"
    if "until" in told:
        text += f"，此日期前最佳為{told['until']}"
    elif "batch" in told and not _NO_BATCH.match(told["batch"]):
        text += f"，批次{told['batch']}"
    return f"{text}。"
