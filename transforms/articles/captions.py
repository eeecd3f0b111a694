"""Photo captions inside a text, and the marks in them that are no words of the sentence: ``(R)``, ``(Pool photo)``."""

import re

# Longer is no caption.
_LONGEST = 700
_POSITION = re.compile(
    r"[(\[](?:(?:far |front |back |top |bottom |second |third |2nd |3rd |1st |\d(?:nd|rd|th) )?"
    r"(?:(?:from )?(?:the )?)?(?:R|L|C|left|right|centre|center|rear|middle|foreground|background)"
    r"(?:,? (?:front|rear|back|row|facing|seated|standing|wearing [\w ]+|foreground|background))?)[)\]]",
    re.IGNORECASE,
)
_AGENCY = (
    r"(?:AP|AFP|Reuters|REUTERS|Getty(?: Images)?|EPA(?:-EFE)?|Kyodo(?: News)?|KYODO|Xinhua|TASS|Sputnik|Anadolu|Yonhap"
    r"|Pool|POOL|Handout|HANDOUT|File|FILE|Courtesy|Shutterstock|Bloomberg|UPI|dpa|PTI|ANI|IANS|Jiji|Yomiuri|Mainichi"
    r"|Nikkei|VOA|RFE/RL|NurPhoto|ZUMA|Alamy|SOPA|Sipa|SIPA|Abaca|Belga|ANP|NTB|TT|Ritzau|LUSA|ANSA|MTI|PAP|CTK|GPO)"
)
_CREDIT = re.compile(
    r"(?:"
    r"[(\[](?=[A-Z]|photo|image|picture)"
    r"(?i:[^()\[\]]{0,60}\b(?:photos?|images?|pictures?|handout|screen ?grab|screenshot)\b)"
    r"[^()\[\]]{0,100}[)\]]"
    rf"|[(\[]{_AGENCY}(?: ?[/,|][^()\[\]]{{0,100}})?[)\]]"
    r"|(?:(?:—|–|-|\|) ?)?(?i:(?:file )?(?:photo|image|picture)(?:graph)?)"
    r"(?:(?i: by| credits?| courtesy of)\b:?|:| ?/) ?[A-Z][^()]{1,80}"
    rf"|(?:(?:—|–|-|\|) ?)?{_AGENCY}(?: (?i:photo|image|file))? ?/ ?[A-Z][\w .,/’'-]{{1,80}}"
    rf"|(?:(?:—|–|-|\|) ?)?{_AGENCY} (?i:photo|image|file)"
    rf"|[A-Z][\w ’'-]{{1,60}}/(?:[\w ]{{0,40}} )?{_AGENCY}\b[\w ./]{{0,40}}"
    r"|== ?[A-Z][\w ]{1,30}"
    r")\s*\.?\s*$"
)
# Where a credit can begin, and what one cannot be without.
_OPENS = re.compile(r"(?<!\S)(?=[(\[|—–=A-Z-]|(?i:file|photo|image|picture))|[(\[]|==")
_SIGNS = re.compile(r"[)\]/=]|(?i:photo|image|picture)")
_LONGEST_CREDIT = 250
_PREFIX = re.compile(
    r"^[\[(]?(?:FILE(?: ?PHOTO| ?IMAGE| ?PICTURE)?|FILES?|File photo|File image|PHOTO|Photo|IMAGE|Image|PICTURE|Picture"
    r"|CAPTION|Caption|Pictured|Archive photo|HANDOUT|Handout)\b[\])]? ?(?:[:—–|-]|(?= of | shows?)) ?"
)
_KIND = "(?:photo(?:graph)?|image|picture|frame ?grab|screen ?grab|screenshot|video grab)"
_IN_PHOTO = re.compile(
    r"\b(?:in|from) (?:this|an?|the) (?:\w+ ){0,4}?(?:file |handout |pool |aerial |undated |combination |combo )?"
    rf"{_KIND}\b|\b(?:this|an?|the) (?:\w+ ){{0,3}}?(?:combination|composite|file|handout|undated|aerial) {_KIND}s?\b"
    r"|\b(?:is|are|was|were) (?:seen|shown|pictured|photographed)\b(?! (?:as|by|to|likely)\b)"
    rf"|\b{_KIND}s? (?:released|provided|taken|distributed|issued|made available|shows?|obtained)\b"
    r"|\b(?:from|left) (?:left|to right)\b|\bclockwise from\b"
    r"|\b(?:second|third|2nd|3rd) from (?:the )?(?:left|right)\b|\bL-R\b",
    re.IGNORECASE,
)
_PHOTO_WORD = re.compile(
    r"photo|image|picture|grab|screenshot|seen|shown|composite|handout|undated|from left|left to|clockwise"
    r"|from the|from right|L-R",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[(\[]")
_POSE = re.compile(
    r"\b(?:shakes? hands|poses?|walks?|arrives?|attends?|speaks?|greets?|meets?|waves?|gestures?|looks? on|stands?"
    r"|sits?|talks?|chats?|welcomes?|addresses|holds?|listens?|smiles?|embraces?|hugs?|toasts?|signs?|inspects?|reviews?"
    r"|leaves?|departs?|delivers?|takes? part|exchange[sd]?|joins?)\b"
)
_FULL_DATE = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2},? (?:19|20)\d\d"
    r"|\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,? (?:19|20)\d\d"
)
_PAST = re.compile(r"\b(?:said|told|added|according to|reported|announced|was|were|had)\b")


def is_caption(block: str) -> bool:
    """Whether a paragraph is the caption of a photograph.

    It is where it begins as one ("FILE -"), says who stands where ("(R)", "second from left"), or ends in the
    photographer's credit; or where it speaks of itself ("in this photo"); an agency's bare name at the end counts only
    with people in the present tense.
    """
    if len(block) > _LONGEST or "\n\n" in block:
        return False
    if _PREFIX.match(block) or (_BRACKET.search(block) and _POSITION.search(block) and _POSE.search(block)):
        return True
    start = _credit_start(block, len(block))
    before, credit = (block, "") if start is None else (block[:start], block[start:])
    if before.strip() and re.search("photo|image|picture|file|via|pool|/", credit, re.IGNORECASE):
        return True
    in_photo = bool(_PHOTO_WORD.search(before) and _IN_PHOTO.search(before))
    if not in_photo and not credit:
        return False
    hints = in_photo + bool(_FULL_DATE.search(before)) + bool(credit) + bool(_POSE.search(before))
    return hints >= 3 or (in_photo and hints >= 2 and not _PAST.search(before))


def _credit_start(block: str, end: int) -> int | None:
    """Where the credit that ends at ``end`` begins, with the white space before it; None where there is none."""
    tail = max(0, end - _LONGEST_CREDIT)
    if not _SIGNS.search(block, tail, end):
        return None
    for opening in _OPENS.finditer(block, tail, end):
        if _CREDIT.match(block, opening.start(), end):
            return len(block[: opening.start()].rstrip())
    return None


def marks(block: str) -> list[tuple[int, int]]:
    """Where a caption's marks stand: what opens it ("FILE -"), who stands where ("(R)"), its credits; in order."""
    found: list[tuple[int, int]] = []
    prefix = _PREFIX.match(block)
    if prefix:
        found.append(prefix.span())
    start = prefix.end() if prefix else 0
    end = len(block)
    while end > start and (credit := _credit_start(block, end)):
        end = max(credit, start)
    found.extend(m.span() for m in _POSITION.finditer(block, start, end))
    if end < len(block):
        found.append((end, len(block)))
    return found
