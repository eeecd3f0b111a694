"""From a raw article to the article that is read: one text that all offsets point into, and what in it is no story.

No character of the article's text is ever moved. What is no sentence of the story (credits, links, the dateline,
"FILE -", "third from left") is left out of the text that is read, which knows where each of its characters came from.
"""

import bisect
import functools
import re
import sys
from datetime import datetime
from typing import NamedTuple

from transforms.articles.dateline import find_dateline
from transforms.articles.parts import Kind, Part, parts, story_start
from transforms.language.dates.anchor import anchor_for
from transforms.language.world import countries
from transforms.rows import Article, RawArticle

_BROKEN = re.compile("[\x00\ud800-\udfff]")
# Headlines and captions that a publisher glued to the text with a hyphen: "a Great Divide-WHITE HOUSE — -After", "nuns-Francis".
_GLUED = re.compile(
    r"(?<=[\w.!?\"”’'%)])-(?=(?:FILE\b|[A-Z][A-Z.' ]+(?:, [A-Z][A-Za-z.]+)* (?:—|–|--) ?-?)"
    r"|(?:The|A|An|In|On|At|He|She|It|They|We|After|When|While|As|But|For|From|If|Since|Some|This|That|These|There|With"
    r"|According|Meanwhile|U\.S\.|President|Prime|Secretary|Vice|Saturday|Sunday|Monday|Tuesday|Wednesday|Thursday|Friday)\b)"
    r"|(?<=[a-z]{4})-(?=[A-Z][a-z]{2})|(?<=[a-z])-(?=[A-Z][a-z]+['’]s )|(?<= [—–])\s?-(?=[\w“\"‘'])|(?<=[—–]\s)-(?=[\w“\"‘'])"
)
_PREFIXES = frozenset(
    [
        "anti",
        "trans",
        "post",
        "then",
        "inter",
        "intra",
        "semi",
        "super",
        "ultra",
        "neo",
        "euro",
        "counter",
        "under",
        "over",
        "cross",
        "multi",
        "pseudo",
        "former",
        "vice",
        "south",
        "north",
        "east",
        "west",
        "president",
        "elect",
        "non",
        "mid",
    ]
)
# An abbreviation's full stop before a name, which would end the sentence.
_ABBREVIATED = re.compile(r"\b(Hon|Rev|Amb|Adm|Lt|Col|Gen|Sen|Rep|Gov|Brig|Capt|Maj|Sgt|Msgr|H\.E)\.(?= [A-Z])")
_PARAGRAPH = "\u2029"


# Who stands where in a picture, and other remarks between commas and brackets that no sentence needs.
_REMARK = re.compile(
    r",? (?:\((?:(?:second |third |fourth |fifth |far |top |bottom |from |front |back |2nd |3rd |the |row |at |in )*(?:left|right|cent(?:er|re)|rear|foreground|background|L|R|C))(?: |,[^()]{1,20})?\)|"
    r"(?<=, )(?:hidden |seated |standing |front |back |in |at |on |the |and |second |third |fourth |fifth |2nd |3rd |far |top |bottom |from )*"
    r"(?:left|right|cent(?:er|re))(?=,| and | at | in | on |$|\n)),?"
)
_BRACKETED = re.compile(
    r" \((?![^()]*(?:\d|day\b|today|January|February|March|April|June|July|August|September|October|November|December))[^()\n]{1,60}\)"
)
_SQUARE = re.compile(r"[\[\]]")


class Masked(NamedTuple):
    """A text as it is read: without what is no sentence of the story.

    Attributes:
        text: What is read.
        parts: What each stretch of the article's text is.
        kept: (offset in ``text``, offset in the article) where each stretch that was kept begins, in order.
    """

    text: str
    parts: list[Part]
    kept: list[tuple[int, int]]

    def offset(self, at: int) -> int:
        """The article's offset of the character at ``at`` of the text that is read."""
        index = bisect.bisect_right(self.kept, (at, sys.maxsize)) - 1
        here, there = self.kept[max(index, 0)]
        return there + at - here

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The article's offsets of characters ``start`` to ``end`` of the text that is read."""
        return (self.offset(start), self.offset(end - 1) + 1) if end > start else (self.offset(start),) * 2

    def kind_at(self, offset: int) -> Kind:
        """What the stretch of the article around ``offset`` is; body where no part covers it."""
        for part in self.parts:
            if part.start <= offset < part.end:
                return part.kind
        return "body"


def clean(raw: RawArticle) -> Article:
    """The article of ``raw``: headline, blank line and body in one text, and the dateline that opens the body.

    A NUL or a lone surrogate becomes U+FFFD, so offsets into the raw text stay right.
    """
    title = _BROKEN.sub("\ufffd", raw.title or "")
    body = _BROKEN.sub("\ufffd", raw.text or raw.summary or "")
    text = f"{title}\n\n{body}" if title and body else title or body
    published = _anchor(raw)
    found = find_dateline(text, published, story_start(text, len(text) - len(body))) if body else None
    return Article(
        article_id=raw.article_id,
        revision_id=raw.revision_id,
        revision=raw.revision,
        feed_url=raw.feed_url,
        feed_title=raw.feed_title,
        id=raw.id,
        id_source=raw.id_source,
        link=raw.link,
        canonical_url=raw.canonical_url,
        title=title,
        summary=_BROKEN.sub("\ufffd", raw.summary) if raw.summary else raw.summary,
        text=text,
        authors=list(raw.authors),
        categories=list(raw.categories),
        language=raw.language,
        published=raw.published,
        utc_offset=raw.utc_offset,
        updated=raw.updated,
        fetched_at=raw.fetched_at,
        published_raw=raw.published_raw,
        flags=list(raw.flags),
        dateline=found[0] if found else None,
        word_count=len(text.split()),
        duplicate_of=None,
    )


def _anchor(raw: RawArticle) -> datetime | None:
    try:
        return anchor_for(raw.published, raw.utc_offset)
    except ValueError:
        return None


def mask(article: Article) -> Masked:
    """``article.text`` as it is read: without credits, links, datelines and remarks, glued headlines parted."""
    return _mask(article.text, len(article.title) if article.title and article.text.startswith(article.title) else 0)


@functools.lru_cache(maxsize=64)
def _mask(text: str, headline_end: int) -> Masked:
    parted = _GLUED.sub(lambda m: m[0] if _is_one_word(text, m.end() - 1) else m[0].replace("-", _PARAGRAPH), text)
    found = parts(parted, headline_end)
    dropped = [(p.start, p.end) for p in found if p.kind in {"credit", "related", "dateline"}]
    for expression in (_REMARK, _BRACKETED, _SQUARE):
        dropped.extend(m.span() for m in expression.finditer(parted))
    dropped.extend((m.end() - 1, m.end()) for m in _ABBREVIATED.finditer(parted))
    pieces: list[str] = []
    kept: list[tuple[int, int]] = []
    at = length = 0
    for start, end in sorted(dropped):
        if parted[start - 1 : start] in {"", "\n", _PARAGRAPH}:  # what opened the line goes with the blank behind it
            end += len(parted[end:]) - len(parted[end:].lstrip(" "))
        if start > at:
            kept.append((length, at))
            pieces.append(parted[at:start])
            length += start - at
        at = max(at, end)
    kept.append((length, at))
    pieces.append(parted[at:])
    return Masked("".join(pieces), found, kept)


def _is_one_word(text: str, hyphen: int) -> bool:
    """Whether the hyphen joins one word or two names ("anti-American", "Biden-Kishida") and parts no lines."""
    word = re.search(r"[^\W\d_]+$", text[max(0, hyphen - 25) : hyphen])
    if word is not None and countries.is_country_name(word[0]):  # "Taiwan and China-Trump's call": no pair owns a thing
        owner = re.match(r"([A-Z][a-z]+)['’]s\b", text[hyphen + 1 :])
        return owner is None or countries.is_country_name(owner[1])
    if word is None or not text[hyphen + 1 : hyphen + 2].isalpha():
        return False
    following = re.match(r"[A-Za-z.]+", text[hyphen + 1 :])
    opens = following is not None and following[0] in _OPENERS
    return word[0].casefold() in _PREFIXES or (
        word[0][0].isupper() and not opens and not _DATELINE.match(text, hyphen + 1)
    )


_DATELINE = re.compile(r"FILE\b|[A-Z][A-Z.' ]+(?:, [A-Z][A-Za-z.]+)* (?:—|–|--)")
_OPENERS = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "He",
        "She",
        "It",
        "They",
        "We",
        "After",
        "When",
        "While",
        "As",
        "But",
        "For",
        "From",
        "If",
        "Since",
        "Some",
        "This",
        "That",
        "These",
        "There",
        "With",
        "According",
        "Meanwhile",
        "U.S.",
        "President",
        "Prime",
        "Secretary",
        "Vice",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
    ]
)
