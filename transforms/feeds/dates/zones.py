"""Zone names and offsets as feeds write them. An abbreviation means its fixed offset: PST is -08:00 in July too."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Minutes from UTC -> abbreviations (IANA tz database, timeanddate.com's list; the sense that news feeds use).
_OFFSETS = {
    0: "UT UTC GMT Z WET AZOST EGST UCT ZULU GMT0 IBST",
    60: "CET WEST MEZ BST WAT DFT MET",
    120: "CEST EET SAST CAT MESZ HAEC MEST KALT",
    180: "EEST MSK EAT TRT FET IDT OESZ ARABST",
    210: "IRST",
    240: "MSD GST SAMT GET AZT MUT RET SCT VOLT",
    270: "IRDT AFT",
    300: "PKT UZT YEKT MVT TMT TJT ORAT AQTT MAWT TFT",
    330: "IST SLST",
    345: "NPT",
    360: "BDT BTT ALMT KGT OMST NOVST BIOT VOST",
    390: "MMT CCT",
    420: "WIB ICT KRAT HOVT CXT NOVT",
    480: "HKT SGT MYT PHT PHST AWST WITA IRKT ULAT BNT ACIT CHOT",
    525: "ACWST CWST",
    540: "JST KST WIT YAKT TLT PWT ULAST CHOST",
    570: "ACST",
    600: "AEST CHST CHUT PGT VLAT DDUT",
    630: "ACDT LHST",
    660: "AEDT SAKT MAGT NCT SBT SRET LHDT VUT PONT KOST BOUT NFT",
    720: "NZST FJT PETT ANAT MHT TVT GILT WAKT ANST",
    765: "CHAST",
    780: "NZDT PHOT TOT FJST TKT",
    825: "CHADT",
    840: "LINT",
    -60: "AZOT CVT EGT",
    -120: "FNT BRST UYST PMDT WGST",
    -150: "NDT",
    -180: "BRT ART ADT UYT CLST GFT FKST PMST ROTT SRT WGT PYST",
    -210: "NST NT",
    -240: "AST EDT BOT CLT GYT VET COST FKT PYT AMT",
    -300: "EST CDT COT ECT PET EASST ACT",
    -360: "CST MDT GALT EAST",
    -420: "MST PDT",
    -480: "PST AKDT PNT",
    -540: "AKST HDT GAMT GIT",
    -570: "MART MIT",
    -600: "HST CKT TAHT HAST SDT",
    -660: "SST NUT",
    -720: "BIT AOE",
}
ABBREVIATIONS = {name: minutes for minutes, names in _OFFSETS.items() for name in names.split()}
# One abbreviation, several zones: what it means beside these languages. Elsewhere the table above holds, with a flag.
_OTHER_SENSES = {
    ("CST", "zh"): 480,
    ("CST", "zh-cn"): 480,
    ("CST", "zh-tw"): 480,
    ("IST", "he"): 120,
    ("IST", "ga"): 60,
    ("IST", "en-ie"): 60,
    ("BST", "bn"): 360,
    ("AST", "ar"): 180,
    ("GST", "en-gs"): -120,
    ("SST", "en-sg"): 480,
    ("AMT", "hy"): 240,
    ("ECT", "fr"): 60,
    ("EST", "en-au"): 600,
    ("EDT", "en-au"): 660,
    ("CST", "en-au"): 570,
    ("ADT", "ar"): 240,
    ("MST", "ms"): 480,
    ("PST", "tl"): 480,
    ("PST", "fil"): 480,
    ("WST", "en-au"): 480,
}
AMBIGUOUS = {"IST", "CST", "AST", "SST", "AMT", "ECT", "GST", "ADT", "WST", "ACT", "MST", "CCT", "BDT"}
ABBREVIATIONS.setdefault("WST", 780)
_NUMERIC = re.compile(r"^(?:(?:UTC?|GMT|Z)\s*)?([+-])\s*(\d{1,2})(?:[:.h]?(\d{2}))?$", re.IGNORECASE)


class Zone(NamedTuple):
    """An offset from UTC in minutes, and whether another zone of that name exists."""

    minutes: int
    ambiguous: bool = False


def find(name: str, language: str = "") -> Zone | None:
    """The fixed offset that ``name`` (``+0900``, ``GMT+2``, ``CEST``) means; None where it means none.

    Args:
        name: As written, without brackets.
        language: The feed's language tag, which tells namesakes apart.
    """
    numeric = _NUMERIC.match(name)
    if numeric:
        sign, hours, minutes = numeric[1], int(numeric[2]), int(numeric[3] or 0)
        total = hours * 60 + minutes
        return Zone(-total if sign == "-" else total) if total <= 14 * 60 and minutes < 60 else None
    key = name.upper().strip(".")
    tag = language.lower().replace("_", "-")
    for sense in ((key, tag), (key, tag.partition("-")[0])):
        if sense in _OTHER_SENSES:
            return Zone(_OTHER_SENSES[sense])
    return Zone(ABBREVIATIONS[key], key in AMBIGUOUS) if key in ABBREVIATIONS else None


def at(name: str, local: datetime) -> int | None:
    """Minutes from UTC of the IANA zone ``name`` (``Europe/Berlin``) at the naive time ``local``; None if unknown."""
    zone = (
        _zone("/".join(part.title() for part in name.split("/")) if name.islower() else name) if "/" in name else None
    )
    offset = local.replace(tzinfo=zone).utcoffset() if zone else None
    return None if offset is None else int(offset / timedelta(minutes=1))


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def is_zone(name: str) -> bool:
    """True for an offset, an abbreviation or a place of the tz database."""
    return find(name) is not None or at(name, datetime(2020, 1, 1)) is not None
