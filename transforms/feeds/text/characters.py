"""The characters of a text that a reader sees: control codes and invisible marks are taken out.

Soft hyphens, zero-width spaces, byte order marks and marks of writing direction stand inside of words and keep names from
being found. The two joiners are kept where they are letters' own spelling: in Persian and Indic words and in emoji.
"""

import re

# Control codes, C1 among them (in text they are only ever damage), and what XML calls no characters.
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff"
# Soft hyphen, marks of direction, zero-width spaces, invisible operators, annotation marks, byte order mark.
_INVISIBLE = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_REMOVED = re.compile(f"[{_CONTROL}{_INVISIBLE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Scripts in which a joiner changes the form of the letters beside it: Arabic to N'Ko, Indic to Khmer, Mongolian.
_JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ua840-\ua87f\ua8e0-\ua8ff\uabc0-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010aff\U00011000-\U000119ff\U0001e900-\U0001e95f"
)
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a\u17d2\U00011046\U000110b9"
# Emoji with their selectors of variant and skin.
_PICTURE = (
    "\u00a9\u00ae\u203c\u2049\u2100-\u27bf\u2900-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e007f"
)
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINING}])\u200c|(?<![{_VIRAMA}])\u200c(?![{_JOINING}])"
    f"|(?<![{_JOINING}{_PICTURE}])\u200d|(?<=[{_PICTURE}])\u200d(?![{_PICTURE}])"
)
# Letters in the form of tags are invisible but in the flag of a region, behind a black flag.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]+")
_SUSPECT = re.compile(f"[{_CONTROL}{_INVISIBLE}\u200c\u200d\ud800-\udfff\U000e0000-\U000e007f]")


def visible(text: str) -> str:
    """``text`` without control characters and invisible marks; U+FFFD for each lone surrogate."""
    if not _SUSPECT.search(text):
        return text
    return _STRAY_JOINER.sub("", _TAGS.sub(r"\1", _REMOVED.sub("", whole(text))))


def whole(text: str) -> str:
    """``text`` with U+FFFD for each lone surrogate, which no encoding can write."""
    return _SURROGATE.sub("\ufffd", text)
