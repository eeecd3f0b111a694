"""Could a person have written this? Tells a right code page from a wrong one by the words that it gives."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Words with a character outside ASCII, C1 controls and stray symbols included.
_WORDS = re.compile(r"(?<![^\W\d_])[^\W\d_]*[^\x00-\x7f\s]+[^\W\d_]*")
_SAMPLE = 400
# Languages, and top-level domains where they differ, to the code pages that their feeds come in.
_PAGES = {
    "cp1251": "ru uk be bg sr mk kk ky mn tg ua by kz su rs",
    "koi8-r": "ru su",
    "cp1250": "cs cz pl hu sk sl si hr bs ro sq al",
    "iso8859-2": "cs cz pl hu sk sl si hr bs ro",
    "cp1253": "el gr cy",
    "cp1254": "tr az",
    "cp1255": "he iw il yi",
    "cp1256": "ar fa ur ps sa eg ae ir pk sy iq jo lb",
    "cp1257": "lt lv et ee",
    "cp1258": "vi vn",
    "cp874": "th",
    "cp949": "ko kr",
    "big5hkscs": "tw hk zh-tw zh-hk zh-hant",
    "gb18030": "zh cn zh-cn zh-hans sg",
    "cp932": "ja jp",
    "euc_jp": "ja jp",
}
# Without any hint: multi-byte pages first, since they decode nothing by chance that makes sense.
_ORDER = (
    "euc_jp",
    "cp932",
    "cp949",
    "gb18030",
    "big5hkscs",
    "cp1252",
    "cp1251",
    "koi8-r",
    "cp1253",
    "cp1255",
    "cp1256",
)


def encodings(hints: Iterable[str]) -> Iterator[str]:
    """Code pages to try, likeliest first, for language tags (``ru``, ``zh-TW``) or host names (``a.example.ru``)."""
    for hint in hints:
        tag = hint.lower().split(":")[0].rpartition(".")[2]
        for key in (tag, tag.partition("-")[0]):
            yield from (page for page, tags in _PAGES.items() if key and key in tags.split())
    yield from _ORDER


def is_plausible(text: str) -> bool:
    """False where most of the words beyond ASCII are of no language: mixed scripts, odd capitals, control codes."""
    words = _WORDS.findall(text)
    if not words:
        return True
    words = words[:: max(1, len(words) // _SAMPLE)]
    # Words in capitals alone count half: KOI8-R read as windows-1251 gives nothing else.
    odd = sum(1.0 if _is_odd(word) else 0.5 if len(word) > 3 and word.isupper() else 0.0 for word in words)
    return odd * 3 <= len(words)


def has_its_script(text: str, encoding: str) -> bool:
    """False where a Japanese or Korean code page gives next to no kana or Hangul: it was Chinese, or no Asian text."""
    scripts = {
        "euc_jp": (0.1, "\u3040", "\u30ff"),
        "cp932": (0.1, "\u3040", "\u30ff"),
        "cp949": (0.6, "\uac00", "\ud7af"),
    }
    if encoding not in scripts:
        return True
    share, first, last = scripts[encoding]
    wide = [character for character in text[:20000] if not character.isascii() and character.isalpha()]
    return sum(first <= character <= last for character in wide) >= share * len(wide)


def _is_odd(word: str) -> bool:
    scripts = {_script(character) for character in word if not character.isascii()}
    if "control" in scripts or "odd" in scripts:
        return True
    letters = [character for character in word if character.isalpha()]
    if any(character.isascii() for character in letters) and scripts & {
        "CYRILLIC",
        "GREEK",
        "HEBREW",
        "ARABIC",
        "THAI",
    }:
        return True
    if len(scripts & {"CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "LATIN"}) > 1:
        return True
    if scripts & {"CJK", "HANGUL", "HIRAGANA", "KATAKANA"} and (
        scripts & {"LATIN", "CYRILLIC", "GREEK"} or sum(map(str.isascii, letters)) * 2 > len(letters)
    ):
        return True
    if "LATIN" in scripts and re.search(r"[^\W\d_\x00-\x7f]{3}", word):
        return True  # three accented Latin letters in a row: Cyrillic or Greek read as Western
    return re.search(r"[a-zà-öø-ÿа-яёα-ω][A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]", word) is not None  # a capital inside a word


def _script(character: str) -> str:
    if "\x80" <= character <= "\x9f" or "\ue000" <= character <= "\uf8ff":
        return "control"
    if not character.isalpha():
        return "odd" if character in "¤¦¬¶ÞÐþð©®±²³µ¹º¼½¾¿" and character not in "©®±²³º¿¼½¾" else ""
    name = unicodedata.name(character, "odd").split(" ", 1)[0]
    if name in ("HIRAGANA", "KATAKANA", "HANGUL", "CJK"):
        # Half-width katakana are what Shift-JIS makes of other encodings.
        return "odd" if name == "HALFWIDTH" or "\u3400" <= character <= "\u4dbf" else name
    return "odd" if name == "HALFWIDTH" else name
