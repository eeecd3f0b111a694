"""How much a text speaks as news does, and not as a blog, the notes on a podcast or a manual do.

News tells who said what on which day; the others speak of "I" and "you". ``lexicon/register.yaml`` holds words and weights.
"""

import functools
import re

from transforms import lexicon

_QUOTATION = re.compile(r"“[^”]{1,1500}”|\"[^\"\n]{1,1500}\"")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
# Signs of programs, addresses on the web, times of a recording, initials before what someone says in an interview.
_SIGN = re.compile(r"[{}=_\\|]|https?:|\b\d\d?:\d\d:\d\d\b|\(\)|^[A-Z]{1,3}: ", re.MULTILINE)
# A short text tells little: each is counted as if it had so many neutral words more.
_NEUTRAL = 60
_MOST = 3.0
_LOWEST, _HIGHEST = -4.0, 1.0


@functools.lru_cache(maxsize=8)
def newslike(text: str) -> float:
    """The log odds that ``text`` is news where half of all texts are, from -4 to 1: what tells nothing counts as news."""
    weights = lexicon.table("register")["weights"]
    score = sum(float(weights[name]) * value for name, value in rates(text).items())
    return min(max(score, _LOWEST), _HIGHEST)


def rates(text: str) -> dict[str, float]:
    """How many of a hundred words of ``text`` outside quotations are of each class, at most three."""
    told = _QUOTATION.sub(" ", text.replace("’", "'"))
    words = _WORD.findall(told.lower())
    share = 100 / (len(words) + _NEUTRAL)
    found = {name: min(sum(word in some for word in words) * share, _MOST) for name, some in _classes().items()}
    return {"always": 1.0, **found, "signs": min(len(_SIGN.findall(told)) * share, _MOST)}


@functools.cache
def _classes() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in lexicon.table("register")["words"].items()}
