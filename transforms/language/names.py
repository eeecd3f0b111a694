"""How a name is compared: without accents, case, full stops, a leading "the" or a possessive ending."""

import functools
import re
import unicodedata

_POSSESSIVE = re.compile(r"(?:['’‘]s|(?<=s)['’‘])$", re.IGNORECASE)
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "œ": "oe"})


def bare(text: str) -> str:
    """``text`` on one line, without a leading "the" and without a possessive ending."""
    text = " ".join(text[:200].split())
    return _ARTICLE.sub("", _POSSESSIVE.sub("", text))


@functools.lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The form in which two spellings of one name are equal: ``The Élysée's`` and ``Elysee`` give ``elysee``.

    Accents, case, full stops and apostrophes go; "Saint" becomes "st"; hyphens become spaces.
    """
    text = unicodedata.normalize("NFKD", bare(text).translate(_LETTERS))
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in ".'’‘`ʻ")
    text = re.sub(r"[\s\-‐–,]+", " ", text).strip().casefold()
    return re.sub(r"\bsaint\b", "st", text)
