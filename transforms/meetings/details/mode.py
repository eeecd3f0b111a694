"""How the parties met: in person, by phone, by video; unknown where the words leave it open."""

import re

from transforms.meetings.encounters.encounter import Encounter

_PHONE = re.compile(
    r"\b(?:by (?:\w+ )?(?:tele)?phone|(?:on|over|via|through|by) (?:the |a )?(?:secure |speaker ?|satellite )?(?:tele)?phone|(?:tele)?phone (?:call|conversation|talk|discussion|consultation|conference)s?"
    r"|telephonic|telephoned|(?:speaker|tele)\s?phone|phoned|conference call|in (?:a|the|their|his|her) (?:\S+ ){0,3}call\b|a call (?:with|to|from|between))",
    re.IGNORECASE,
)
_VIDEO = re.compile(
    r"\b(?:video(?: ?-?(?:call|conference|conferencing|link|talks|summit|meeting|chat))?|videoconference|virtual(?:ly)?|online|zoom|webex|teleconference|remotely|via skype|skype)\b",
    re.IGNORECASE,
)
_FACE = re.compile(r"\b(?:face[- ]to[- ]face|in person|in-person|one-on-one|sat down)\b", re.IGNORECASE)


def mode_of(encounter: Encounter, has_place: bool) -> tuple[str, str]:
    """(mode, the words that say so) of ``encounter``; ``has_place``: the sentence says where they sat together."""
    doc, trigger = encounter.trigger.doc, encounter.trigger
    sentence = encounter.sentence.span
    whole = sentence.text
    start = max(sentence.start, trigger.i - 4)
    near = doc[start : min(sentence.end, max(encounter.until, trigger.i + 1) + 8)].text
    before = doc[max(sentence.start, trigger.i - 4) : trigger.i + 2].text
    if found := _FACE.search(near):
        return "in_person", found[0]
    loose = encounter.mode == "unknown"
    if encounter.mode == "phone":
        found = _VIDEO.search(before)
        return ("video", found[0]) if found else ("phone", trigger.text)
    window = near if not loose else whole
    if loose and (found := _VIDEO.search(window)):  # before the phone: a video call is a call
        return "video", found[0]
    if (found := _PHONE.search(before if not loose and encounter.noun else window)) and (
        loose or encounter.noun or _of_this(encounter, found[0])
    ):
        return "phone", found[0]
    if (found := _VIDEO.search(before if encounter.noun and not loose else near)) and (
        not re.match(r"video$", found[0], re.IGNORECASE) or encounter.noun or "by video" in near or "via video" in near
    ):
        return "video", found[0]
    if loose and has_place and encounter.frame in {"speak-with"} and encounter.trigger.lemma_ in {"talk", "chat"}:
        return "in_person", "place"
    return encounter.mode, trigger.text


def _of_this(encounter: Encounter, words: str) -> bool:
    """A verb takes "by phone" for itself, but not "a call" told elsewhere in the sentence."""
    return words.lower().startswith(("by", "on", "over", "via", "through"))
