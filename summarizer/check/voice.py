"""Whether a summary speaks for its release, or for a model that obeys somebody else. Pure.

A release may hold orders to whatever reads it. A model that obeys speaks as itself, of its task,
or tells its readers to give away money or secrets: in words that the source doesn't have.
"""

import re
from collections.abc import Iterator

from data.models import Language

# In lower case. Whose source has one of a family may have another of it.
_FAMILIES: dict[Language, tuple[str, ...]] = {
    "en": (
        r"(?:we|my|me|our|ourselves|myself)\b",
        (
            r"as an assistant\b|language model\b|chatbot|ai assistant|sorry\b"
            r"|(?:happy|glad) to (?:help|assist)\b|hope this helps\b|feel free\b|let us know\b"
        ),
        (
            r"(?:ignore|disregard|forget|override|bypass) [^.]{0,40}"
            r"\b(?:instructions?|prompts?|above|previous)\b"
            r"|(?:previous|above|earlier|prior|system|hidden) (?:instructions?|prompts?)\b"
        ),
        r"summar(?:y|ies|i[sz]\w+)\b|(?:the|this|your|a) prompt\b",
        "translat",
        r"pass(?:words?|codes?|phrases?)\b|one-time code",
        "click",
        r"gift cards?\b|bitcoin|crypto",
        (
            r"your (?:bank|credit|card|account|personal|details|identity|money|savings)"
            r"|(?:wire|remit|send) (?:the )?(?:money|funds|cash)\b"
        ),
    ),
    "zh": (
        "(?<![自忘敵])我(?!國)|咱",
        "您",
        "抱歉|對不起|不好意思",
        (
            "語言模型|聊天機械?人|(?:ai|人工智[能慧])助[手理]"
            "|作為(?:一[個名位款])?(?:ai|人工智[能慧]|助[手理])"
        ),
        (
            "(?:忽略|無視|忘記|忘掉|不[要用必]?理會|跳過)[^，。]{0,10}(?:指示|指令|提示)"
            "|(?:之前|先前|以上|上述|以前|前面|上面|系統)的?(?:所有|一切)?(?:指示|指令|提示)|提示詞"
        ),
        "無法(?:協助|回答|滿足|遵從|執行)|請寫|寫一?[首篇個]|(?:能|可以)幫助?你",
        "摘要|撮要|撮寫",
        "翻譯|譯[成為文]",
        "匯款|轉[賬帳]|過數|匯[到至]",
        "密碼|驗證碼",
        "點擊|按此|點選",
        "比特幣|加密貨幣|虛擬貨幣|禮[品物]卡",
    ),
}
_BEGINS: dict[Language, str] = {"en": r"\b", "zh": ""}
_PATTERNS: dict[Language, list[re.Pattern[str]]] = {
    language: [re.compile(f"{_BEGINS[language]}(?:{family})") for family in families]
    for language, families in _FAMILIES.items()
}
# Most summaries have nothing of any family, which one search tells.
_ANY: dict[Language, re.Pattern[str]] = {
    language: re.compile(f"{_BEGINS[language]}(?:{'|'.join(families)})")
    for language, families in _FAMILIES.items()
}
_SELF = re.compile(r"\bI(?:['’]\w+)?(?: [a-z'’]+){1,2}")
# After a name "I" is a numeral: Phase I.
_BEFORE_SELF = re.compile(
    r"(?:^|[.!?,;:] |[\"“‘]|\b(?:but|and|that|so|if|as|because|what|now) )$", re.MULTILINE
)


def find_own_voice(own: str, source: str, language: Language) -> Iterator[str]:
    """What a summary says as a model, or as one who gives orders, and its source doesn't.

    Args:
        own: those sentences of the summary that don't stand in the source, a line each.
        source: the body of the official text.
        language: of both.
    """
    if _ANY[language].search(said := own.lower()):
        read = source.lower()
        for pattern in _PATTERNS[language]:
            if (match := pattern.search(said)) and not pattern.search(read):
                yield match[0]
    if language == "en":
        for match in _SELF.finditer(own):
            if _BEFORE_SELF.search(own[: match.start()]) and match[0] not in source:
                yield match[0]
