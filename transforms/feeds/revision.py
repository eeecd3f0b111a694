"""When is an entry's content new? A hash over what a reader would call the article, without what only ticks."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from transforms.feeds.document import Entry
from transforms.rows import derive_id

_NUMBER = r"(?:\d+(?:[.,]\d+)*\s?[kmb]?|an?|one|eine[rmn]?|une?|uma?|una?|een|en|ett)"
_UNIT = (
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tag(?:en?)?|wochen?|monat(?:en?)?|"
    r"jahr(?:en?)?|secondes?|heures?|jours?|semaines?|mois|ans?|segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|a[nñ]os?|anos?|"
    r"secondi|minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|uur|uren|dag(?:en)?|weken|maanden|jaar|минут[уы]?|час(?:а|ов)?|дн(?:я|ей)|день|"
    r"секунд[уы]?|недел[юиь]|месяц(?:а|ев)?|timmar?|timer?|minutter|minuter|godzin[yę]?|minut[yę]?|dni|dzień)"
)
# '5 minutes ago' in the words of the larger news languages; the words around it are what makes it relative.
_RELATIVE = re.compile(
    rf"\b{_NUMBER}\s?(?:{_UNIT}|[smhdw])\s+(?:and\s+{_NUMBER}\s?{_UNIT}\s+)?(?:ago|earlier today|fa|atrás|geleden|назад|sedan|siden|temu)\b"
    rf"|\b(?:vor|il y a|hace|há|fa|för|pred|před|przed)\s+{_NUMBER}\s?(?:{_UNIT}|h|min)\b"
    r"|\d+\s?(?:分钟|小时|天|秒|分|時間|日|週間|시간|분|일)\s?(?:以?前|전)|(?:منذ|قبل)\s+\d+\s+\w+|\d+\s+(?:मिनट|घंटे)\s+पहले"
    r"|\b(?:just now|moments ago|gerade eben|à l'instant)\b",
    re.IGNORECASE,
)
_COUNTED = (
    r"(?:user |reader )?comments?|commentaires?|kommentare?|comentarios?|comentários?|commenti|reacties|комментари(?:й|я|ев)|komentarz[ey]?|yorum|"
    r"replies|reply|views?|reads|vues|aufrufe|visitas|vistas|visualizações|просмотр(?:а|ов)?|likes?|shares?|shared|retweets?|votes?|upvotes?|points|"
    r"followers|claps|reactions?"
)
_COUNTS = re.compile(
    rf"\(?\b\d+(?:[.,\s]\d{{3}})*(?:\.\d+)?\s?[kmb]?\s+(?:{_COUNTED})\b\)?|\b(?:{_COUNTED})\s?[:(]\s?\d+(?:[.,]\d+)*\s?[kmb]?\)?"
    r"|\b\d+\s?(?:min(?:ute)?s?|minuten|minutes?)\.?\s+(?:read|lesezeit|de lecture)\b|\bread(?:ing)? time:?\s*\d+\s*min\w*",
    re.IGNORECASE,
)
# Long runs of figures and letters mixed are keys of a machine, not words.
_NONCE = re.compile(
    r"\b(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{20,}\b|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,}\b|\b\d{13,}\b"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_NONCE_KEYS = re.compile(
    r"_|t|ts|v|ver|time|timestamp|token|key|hash|sig|signature|expires?|rev|random|guid|uuid|cachebuster|_cb"
)

VERSION = 1


@lru_cache(maxsize=2048)
def masked(text: str) -> str:
    """``text`` without comment counts, relative times, nonces and differences of white space."""
    text = unicodedata.normalize("NFC", text)
    text = _ADDRESS.sub(lambda match: _masked_link(match[0]), text)
    for pattern in (_RELATIVE, _COUNTS, _NONCE):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def _masked_link(link: str) -> str:
    """``link`` without query values that are nonces or times."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    pairs = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not (
            _NONCE.fullmatch(value)
            or (_NONCE_KEYS.fullmatch(key.lower()) and re.fullmatch(r"[\d.]{9,}|[0-9a-fA-F-]{8,}", value))
        )
    ]
    return urlunsplit(("https", parts.netloc, parts.path.rstrip("/"), urlencode(pairs), ""))


def _version_1(entry: Entry) -> str:
    return derive_id(
        masked(entry.title or ""),
        masked(entry.text),
        _masked_link(entry.canonical_url or ""),
        "\x1e".join(sorted({name.casefold() for name in entry.authors})),
        "\x1e".join(sorted({label.casefold() for label in entry.categories})),
    )


# Every normaliser that revisions in a state file may have been made with. A change of ``masked`` is a new version
# beside the old one: an article is first compared under the version that it was seen with, so an upgrade of meetwire
# does not publish the world again.
NORMALISERS: Mapping[int, Callable[[Entry], str]] = {1: _version_1}


def content_hash(entry: Entry, version: int = VERSION) -> str:
    """The hash that changes when the article does.

    Raises:
        KeyError: ``version`` is not known any more.
    """
    return NORMALISERS[version](entry)


def sketch(text: str) -> str:
    """As much of ``text`` as tells whether two bodies are one article with small edits."""
    return masked(text)[:2000]


def similarity(one: str, other: str) -> float:
    """How alike two sketches are, from 0 to 1, by their words."""
    if one == other:
        return 1.0
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
