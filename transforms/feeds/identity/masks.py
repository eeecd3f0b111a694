"""What ticks in an article without anybody editing it: relative times, counters, nonces.

A mask must never swallow a fact: '5 minutes ago' is a clock wherever it stands, '2 days ago' only where it is the
whole of a line or opens it; '12 comments' is a counter, '12 votes' is news.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from transforms.feeds.dates import month_names, zones

_NUMBER = r"(?:\d+(?:[.,]\d+)*|an?|one|a few|eine[rmn]?|une?|uma?|una?|een|en|ett)"
_SHORT_UNITS = (
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|sekunden?|minuten?|stunden?|secondes?|heures?|segundos?|minutos?|horas?|"
    r"secondi|minut[oi]|or[ae]|seconden|uur|uren|секунд[уы]?|минут[уы]?|час(?:а|ов)?|timmar?|timer?|minutter|minuter|"
    r"minut[yę]?|godzin[yę]?|dakika|saat|menit|jam|ثانية|ثوان|دقيقة|دقائق|ساعة|ساعات|मिनट|घंटे|[smh])"
)
_LONG_UNITS = (
    r"(?:days?|weeks?|months?|years?|tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|jours?|semaines?|mois|ans?|d[ií]as?|"
    r"semanas?|mes(?:es)?|a[nñ]os?|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|dag(?:en)?|weken|maanden|jaar|дн(?:я|ей)|день|"
    r"недел[юиь]|месяц(?:а|ев)?|dni|dzień|gün|hari|[dw])"
)
# '5 minutes ago' in the words of the larger news languages: what stands behind the time, and what before it.
_BEHIND_WORDS = ("ago", "fa", "atrás", "geleden", "назад", "sedan", "siden", "temu", "önce", "lalu", "पहले")
_BEFORE_WORDS = ("vor", "il y a", "hace", "há", "fa", "för", "pred", "před", "przed", "منذ", "قبل")
_ASIAN_WORDS = ("前", "전")
_BEHIND, _BEFORE = "|".join(_BEHIND_WORDS), "|".join(_BEFORE_WORDS)


def _behind(units: str) -> str:
    return rf"\b{_NUMBER}\s?{units}\s+(?:(?:and\s+)?{_NUMBER}\s?{units}\s+)?(?:{_BEHIND})\b"


def _before(units: str) -> str:
    return rf"\b(?:{_BEFORE})\s+{_NUMBER}\s?{units}\b"


_COUNTED_WORDS = (
    "comment", "koment", "komment", "coment", "reacti", "комментари", "yorum", "view", "vues", "aufrufe", "visitas",
    "visualiza", "просмотр", "like", "tweet", "upvote", "claps", "read", "lesezeit", "de lecture",
)  # fmt: skip
_COUNTED = (
    r"(?:user |reader )?comments?|commentaires?|kommentare?|comentarios?|comentários?|commenti|reacties|"
    r"комментари(?:й|я|ев)|komentarz[ey]?|yorum|page ?views?|views?|vues|aufrufe|visitas|"
    r"visualizações|просмотр(?:а|ов)?|likes?|retweets?|upvotes?|claps|reactions?"
)
_LABELLED = _COUNTED.replace("views?", "views") + r"|points(?=:\s?\d+\W{1,4}comments:)"
_FIGURE = r"\d+(?:[.,]\d+)*\s?[kmb]?"
# What ticks, as (words that it cannot be without, reach before and behind the word, pattern). Looking for the words first is
# many times faster than the patterns.
_TICKING = (
    (_BEHIND_WORDS, 48, 0, re.compile(_behind(_SHORT_UNITS))),
    (_BEFORE_WORDS, 0, 40, re.compile(_before(_SHORT_UNITS))),
    (_ASIAN_WORDS, 12, 0, re.compile(r"\d+\s?(?:秒|分钟|分鐘|小时|小時|分|時間|초|분|시간)\s?(?:以?前|之前|전)")),
    (("just now", "moments ago", "gerade eben", "à l'instant"), 0, 0, re.compile("just now|moments ago|gerade eben|à l'instant")),
    (
        _COUNTED_WORDS,
        30,
        20,
        re.compile(
            rf"\(?(?<![\w.,])\d+(?:[.,\s]\d{{3}})*(?:\.\d+)?\s?[kmb]?\s+(?:{_COUNTED})\b\)?"
            r"|\b\d+\s?(?:min(?:ute)?s?|minuten)\.?\s+(?:read|lesezeit|de lecture)\b|\bread(?:ing)? time:?\s*\d+\s*min\w*"
        ),
    ),
)  # fmt: skip
_AFTER_LABEL = re.compile(r"[:(]\s?\d")
_LABEL_AND_COUNT = re.compile(rf"\b(?:{_LABELLED})\s?(?::\s?{_FIGURE}|\({_FIGURE}\))(?!\w)")
# Lines that are a stamp and nothing else; longer ones are sentences.
_LONGEST_STAMP = 90
_STAMP = (
    r"\W*(?:(?:last\s+)?(?:updated|posted|published|modified|aktualisiert|veröffentlicht|publié|mis à jour|publicado|"
    r"actualizado)\b:?\s*)?"
)
_STAMP_LINE = re.compile(rf"{_STAMP}(?:{_behind(_LONG_UNITS)}|{_before(_LONG_UNITS)}|yesterday|gestern|hier|ayer)\W*")
# 'Last updated: Mon 9 March 2026, 10:15 GMT': a label and a clock, and no other word.
_CLOCK_LINE = re.compile(
    r"\W*(?:last\s+)?(?:updated|modified|generated|refreshed|rendered|checked)\b(.*\d{1,2}:\d{2}.*)"
)
_CLOCK_WORDS = re.compile(
    r"(?:on|at|um|uhr|am|pm|a|p|m|h|o|clock|st|nd|rd|th|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|satur|sat|sun)(?:day)?)"
)
_WORD = re.compile(r"[^\W\d_]+")
# What a counter in running text stands between: 'Envoys met. 12 comments | Share', but not 'They made 12 comments on it'.
_APART_BEFORE = re.compile(r"(?:^|[.!?…:;|·•–—()\[\]#»\n-])[^\S\n]*$")
_APART_BEHIND = re.compile(r"[^\S\n]*(?:$|[.!?…,;|·•–—()\[\]#«\n\d-])")
_STAMP_START = re.compile(rf"{_STAMP}(?:{_behind(_LONG_UNITS)}|{_before(_LONG_UNITS)})(?=\s*[|·•–—-])")
# Tokens with a figure in them; of these, long ones that mix letters and figures are keys of a machine, not words.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_])[A-Za-z_]*[0-9][A-Za-z0-9_]{7,}(?:-[0-9a-f]{4}){0,3}(?:-[0-9a-f]{12})?", re.ASCII
)
_NONCE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\w*[A-Za-z])\w{20,}|(?=[0-9]*[a-f])[0-9a-f]{8,}|\d{13,}", re.ASCII
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_TICKING_KEYS = re.compile(
    r"_|t|ts|v|ver|time|timestamp|token|hash|sig|signature|expires?|rev|random|nonce|cachebuster|_cb", re.IGNORECASE
)
_LONGEST_REMEMBERED = 50_000
_TICKING_VALUES = re.compile(r"[\d.]{9,}|[0-9a-fA-F-]{8,}")


def masked(text: str) -> str:
    """``text`` without what ticks, and without differences of white space and Unicode form."""
    return _masked_short(text) if len(text) < _LONGEST_REMEMBERED else _masked_long(text)


def _masked(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if "://" in text:
        text = _ADDRESS.sub(lambda match: masked_link(match[0]), text)
    lowered = text.lower()
    if len(lowered) != len(text):
        text = lowered  # 'İ' grows; case is then no difference
    spans = sorted({*_ticking(lowered), *_stamps(lowered)})
    if spans:
        pieces, position = [], 0
        for start, end in spans:
            pieces.append(text[position : max(start, position)])
            position = max(position, end)
        text = " ".join([*pieces, text[position:]])
    text = _TOKEN.sub(lambda match: " " if _NONCE.fullmatch(match[0]) else match[0], text)
    return " ".join(text.split())


# An entry's text is masked for its identity, its revision and its sketch, one right after the other.
_masked_short = lru_cache(maxsize=1024)(_masked)
_masked_long = lru_cache(maxsize=1)(_masked)


def _ticking(text: str) -> Iterator[tuple[int, int]]:
    """Where relative times and counters stand in ``text``, which is in lower case."""
    for words, before, behind, pattern in _TICKING:
        for word in words:
            position = text.find(word)
            while position >= 0:
                end = position + len(word)
                match = pattern.search(text, max(0, position - before), min(len(text), end + behind + 1))
                if (
                    match
                    and match.start() <= position < match.end()
                    and (words is not _COUNTED_WORDS or _stands_apart(text, *match.span()))
                ):
                    yield match.span()
                position = text.find(word, end)
    for sign in _AFTER_LABEL.finditer(text):
        around = _LABEL_AND_COUNT.finditer(text, max(0, sign.start() - 24), min(len(text), sign.start() + 48))
        yield from (match.span() for match in around if match.start() <= sign.start() < match.end())


def _stamps(text: str) -> Iterator[tuple[int, int]]:
    """Where lines are, or open with, a stamp."""
    start = 0
    for line in text.split("\n"):
        short = len(line) <= _LONGEST_STAMP
        match = (short and _STAMP_LINE.fullmatch(line)) or _STAMP_START.match(line[:_LONGEST_STAMP])
        if match or (short and _is_clock(line)):
            yield start, start + (match.end() if match else len(line))
        start += len(line) + 1


def _stands_apart(text: str, start: int, end: int) -> bool:
    """True where ``text[start:end]`` is no part of a sentence."""
    before, behind = text[max(0, start - 8) : start], text[end : end + 8]
    return bool(_APART_BEFORE.search(before) or not before.strip()) and bool(_APART_BEHIND.match(behind))


def _is_clock(line: str) -> bool:
    """True where ``line`` says when the page was made, and nothing else."""
    match = _CLOCK_LINE.fullmatch(line)
    return match is not None and all(
        _CLOCK_WORDS.fullmatch(word) or month_names.lookup(word) or zones.find(word) for word in _WORD.findall(match[1])
    )


def masked_title(title: str) -> str:
    """``title`` without differences of white space and Unicode form; ``""`` where it is nothing but what ticks.

    In a title that says anything else every figure is news.
    """
    return " ".join(unicodedata.normalize("NFC", title).split()) if masked(title) else ""


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
