"""What ticks in an article without anybody editing it: relative times, counters, nonces.

A mask must never swallow a fact: '5 minutes ago' is a clock wherever it stands, '2 days ago' only where it is the
whole of a line or opens it; '12 comments' is a counter, '12 votes' is news.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_NUMBER = r"(?:\d+(?:[.,]\d+)*|an?|one|a few|eine[rmn]?|une?|uma?|una?|een|en|ett)"
_SHORT_UNITS = (
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|sekunden?|minuten?|stunden?|secondes?|heures?|segundos?|minutos?|horas?|"
    r"secondi|minut[oi]|or[ae]|seconden|uur|uren|секунд[уы]?|минут[уы]?|час(?:а|ов)?|timmar?|timer?|minutter|minuter|"
    r"minut[yę]?|godzin[yę]?|dakika|saat|menit|jam)"
)
_LONG_UNITS = (
    r"(?:days?|weeks?|months?|years?|tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|jours?|semaines?|mois|ans?|d[ií]as?|"
    r"semanas?|mes(?:es)?|a[nñ]os?|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|dag(?:en)?|weken|maanden|jaar|дн(?:я|ей)|день|"
    r"недел[юиь]|месяц(?:а|ев)?|dni|dzień|gün|hari)"
)
_BEHIND = r"(?:ago|fa|atrás|geleden|назад|sedan|siden|temu|önce|lalu)"
_BEFORE = r"(?:vor|il y a|hace|há|fa|för|pred|před|przed)"


def _relative(units: str) -> str:
    """'5 minutes ago' in the words of the larger news languages."""
    return (
        rf"\b{_NUMBER}\s?(?:{units})\s+(?:(?:and\s+)?{_NUMBER}\s?(?:{units})\s+)?{_BEHIND}\b"
        rf"|\b{_BEFORE}\s+{_NUMBER}\s?(?:{units})\b"
    )


_MINUTES_AGO = re.compile(
    _relative(_SHORT_UNITS + "|[smh]") + r"|\d+\s?(?:秒|分钟|分鐘|小时|小時|分|時間|초|분|시간)\s?(?:以?前|之前|전)"
    r"|(?:منذ|قبل)\s+\d+\s+(?:ثانية|ثوان|دقيقة|دقائق|ساعة|ساعات)|\d+\s+(?:मिनट|घंटे)\s+पहले"
    r"|\b(?:just now|moments ago|gerade eben|à l'instant)\b",
    re.IGNORECASE,
)
_STAMP = (
    r"(?:(?:last\s+)?(?:updated|posted|published|modified|aktualisiert|veröffentlicht|publié|mis à jour|publicado|"
    r"actualizado)\b:?\s*)?"
)
_DAYS_AGO = re.compile(
    rf"^\W*{_STAMP}(?:{_relative(_LONG_UNITS + '|[dw]')}|yesterday|gestern|hier|ayer)\W*$"
    rf"|^\W*{_STAMP}(?:{_relative(_LONG_UNITS)})(?=\s*[|·•–—-])",
    re.IGNORECASE | re.MULTILINE,
)
_RENDERED = re.compile(
    r"^\W*(?:last\s+)?(?:updated|modified|generated|refreshed|rendered|checked)\b[^.!?\n]{0,30}\d{1,2}:\d{2}[^.!?\n]{0,25}$",
    re.IGNORECASE | re.MULTILINE,
)
_COUNTED = (
    r"(?:user |reader )?comments?|commentaires?|kommentare?|comentarios?|comentários?|commenti|reacties|"
    r"комментари(?:й|я|ев)|komentarz[ey]?|yorum|page ?views?|views?|vues|aufrufe|visitas|"
    r"visualizações|просмотр(?:а|ов)?|likes?|retweets?|upvotes?|claps|reactions?"
)
_LABELLED = _COUNTED + r"|points|score|votes|shares|shared|reads|replies|followers"
_COUNTS = re.compile(
    rf"\(?(?<![\w.,])\d+(?:[.,\s]\d{{3}})*(?:\.\d+)?\s?[kmb]?\s+(?:{_COUNTED})\b\)?"
    rf"|\b(?:{_LABELLED})\s?(?::\s?\d+(?:[.,]\d+)*\s?[kmb]?|\(\d+(?:[.,]\d+)*\s?[kmb]?\))(?!\w)"
    r"|\b\d+\s?(?:min(?:ute)?s?|minuten)\.?\s+(?:read|lesezeit|de lecture)\b|\bread(?:ing)? time:?\s*\d+\s*min\w*",
    re.IGNORECASE,
)
# Long runs of figures and letters mixed are keys of a machine, not words.
_NONCE = re.compile(
    r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[A-Za-z_]*\d)(?=[\d_]*[A-Za-z])\w{20,}\b"
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b|\b\d{13,}\b",
    re.ASCII,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_TICKING_KEYS = re.compile(
    r"_|t|ts|v|ver|time|timestamp|token|hash|sig|signature|expires?|rev|random|nonce|cachebuster|_cb", re.IGNORECASE
)
_TICKING_VALUES = re.compile(r"[\d.]{9,}|[0-9a-fA-F-]{8,}")


@lru_cache(maxsize=2048)
def masked(text: str) -> str:
    """``text`` without what ticks, and without differences of white space and Unicode form."""
    text = unicodedata.normalize("NFC", text)
    if "://" in text:
        text = _ADDRESS.sub(lambda match: masked_link(match[0]), text)
    for pattern in (_MINUTES_AGO, _DAYS_AGO, _RENDERED, _COUNTS, _NONCE):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def masked_link(link: str) -> str:
    """``link`` without scheme differences and without query values that are nonces or times."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    pairs = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not (_NONCE.fullmatch(value) or (_TICKING_KEYS.fullmatch(key) and _TICKING_VALUES.fullmatch(value)))
    ]
    return urlunsplit(("https", parts.netloc, parts.path.rstrip("/"), urlencode(pairs), ""))
