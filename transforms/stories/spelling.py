"""Whether two names can be one person's: accents, name order, initials, particles and ways of transliteration."""

import functools
import re
from collections.abc import Sequence

from rapidfuzz.fuzz import ratio

from transforms import lexicon
from transforms.language.names import fold

# Letters by which different transliterations write one sound; what is longer stands first.
_SOUNDS = (
    *((written, "j") for written in ("dzh", "dsch", "dj", "zh")),
    *((written, "c") for written in ("tch", "tsch", "ch", "tsh")),
    *((written, "h") for written in ("kh", "gh")),
    ("sch", "s"), ("sh", "s"), ("ph", "f"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("th", "t"), ("dh", "d"),
)  # fmt: skip
_VOWELS = re.compile(r"[aeiouy]+")
_TWICE = re.compile(r"(.)\1")


@functools.lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: folded, without particles (unless there is nothing else)."""
    words = fold(name).split()
    particles = lexicon.words("merging", "particles")
    kept = tuple(word for word in words if word not in particles)
    return kept or tuple(words)


@functools.lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The consonants of a word, the same for most ways to transliterate it: ``jumabekova``, ``dzhumabekova``: jmbkv."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _TWICE.sub(r"\1", _VOWELS.sub("", word)) or word[:1]


@functools.lru_cache(maxsize=65536)
def same_word(one: str, other: str) -> bool:
    """Whether two words are spellings of one; a feminine ending (Petr and Petra, Ivanov and Ivanova) keeps them apart."""
    if one == other:
        return True
    if min(len(one), len(other)) < 4 or one.endswith("a") != other.endswith("a"):
        return False
    alike = ratio(one, other)
    return (skeleton(one) == skeleton(other) and alike >= 60) or (alike >= 88 and one[0] == other[0])


def is_initial(one: str, other: str) -> bool:
    """Whether one word is a letter, and the first of the other."""
    return (is_letter(one) or is_letter(other)) and one[0] == other[0]


def is_letter(word: str) -> bool:
    """Whether a word is an initial; a digit tells people apart, and so does a character that is a name."""
    return len(word) == 1 and word.isascii() and word.isalpha()


@functools.lru_cache(maxsize=65536)
def same_name(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, str]:
    """How surely two full names, as ``words_of`` gives them, are one person's, from 0 to 1, and why.

    The words of the shorter name must each have their own in the longer, in any order; one of them written out.
    """
    small, large = sorted((one, other), key=lambda words: (len(words), words))
    if sorted(small) == sorted(large) or _spelt_together(small, large):
        return 1.0, "same name"
    if len(small) < 2:
        return 0.0, "no full name"
    free, exact, initials = list(large), 0, 0
    for word in small:
        match = next((w for test in (_equal, same_word, is_initial) for w in free if test(word, w)), None)
        if match is None:
            return 0.0, "other names"
        free.remove(match)
        exact += word == match and len(word) > 1
        initials += is_initial(word, match)
    if initials:
        return (0.9, "initials") if exact else (0.0, "initials alone")
    if exact == len(small):
        return 0.95, "part of the full name"
    return (0.9 if exact else 0.85), "other spelling"


def name_key(words: Sequence[str]) -> str:
    """What spellings and orders of one full name have in common."""
    return " ".join(sorted(_word_key(word) for word in words if not is_letter(word)))


def _word_key(word: str) -> str:
    return word if len(word) < 4 else skeleton(word) + ("a" if word.endswith("a") else "")


def _equal(one: str, other: str) -> bool:
    return one == other


def _spelt_together(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """ "Chang-min Bae" is "Bae Changmin": the same letters, the words turned round at one place."""
    joined = "".join(other)
    return len(joined) == sum(map(len, one)) and any("".join(one[i:] + one[:i]) == joined for i in range(len(one)))
