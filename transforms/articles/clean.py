"""From a raw article to the article that is read: one text that all offsets point into, and what in it is no story.

No character is ever moved. What is no sentence of the story (credits, links, the dateline, "FILE -") is masked by
blanks of equal length for the reading alone.
"""

import functools
import re
from datetime import datetime
from typing import NamedTuple

from transforms.articles.dateline import find_dateline
from transforms.articles.parts import Kind, Part, parts
from transforms.language.dates_anchor import anchor_for
from transforms.rows import Article, RawArticle

_BROKEN = re.compile("[\x00\ud800-\udfff]")
# Headlines and captions that a publisher glued to the text with a hyphen: "a Great Divide-WHITE HOUSE — -After", "nuns-Francis".
_GLUED = re.compile(
    r"(?<=[\w.!?\"”’'%)])-(?=(?:FILE\b|[A-Z][A-Z.' ]+(?:, [A-Z][A-Za-z.]+)* (?:—|–|--) ?-?)"
    r"|(?:The|A|An|In|On|At|He|She|It|They|We|After|When|While|As|But|For|From|If|Since|Some|This|That|These|There|With"
    r"|According|Meanwhile|U\.S\.|President|Prime|Secretary|Vice|Saturday|Sunday|Monday|Tuesday|Wednesday|Thursday|Friday)\b)"
    r"|(?<=[a-z]{4})-(?=[A-Z][a-z]{2})|(?<= [—–])\s?-(?=[\w“\"‘'])|(?<=[—–]\s)-(?=[\w“\"‘'])"
)
_PREFIXES = frozenset(
    "anti trans post then inter intra semi super ultra neo euro counter under over cross multi pseudo former vice south"
    " north east west president elect non mid".split()
)
# An abbreviation's full stop before a name, which would end the sentence.
_ABBREVIATED = re.compile(r"\b(Hon|Rev|Amb|Adm|Lt|Col|Gen|Sen|Rep|Gov|Brig|Capt|Maj|Sgt|Msgr|H\.E)\.(?= [A-Z])")
_PARAGRAPH = "\u2029"


class Masked(NamedTuple):
    """A text as it is read.

    Attributes:
        text: Of the same length as the article's.
        parts: What each stretch of it is.
    """

    text: str
    parts: list[Part]

    def kind_at(self, offset: int) -> Kind:
        """What the stretch around ``offset`` is; body where no part covers it."""
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
    found = find_dateline(text, published, len(text) - len(body)) if body else None
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
    """``article.text`` as it is read: credits, links, datelines and marks blanked, glued headlines parted."""
    return _mask(article.text, len(article.title) if article.title and article.text.startswith(article.title) else 0)


@functools.lru_cache(maxsize=64)
def _mask(text: str, headline_end: int) -> Masked:
    parted = _GLUED.sub(lambda m: m[0] if _is_one_word(text, m.end() - 1) else m[0].replace("-", _PARAGRAPH), text)
    parted = _ABBREVIATED.sub(lambda m: m[1] + " ", parted)
    found = parts(parted, headline_end)
    characters = list(parted)
    for part in found:
        if part.kind in {"credit", "related", "dateline"}:
            for i in range(part.start, part.end):
                if not characters[i].isspace():
                    characters[i] = " "
    return Masked("".join(characters), found)


def _is_one_word(text: str, hyphen: int) -> bool:
    """Whether the hyphen joins one word or two names ("anti-American", "Biden-Kishida") and parts no lines."""
    word = re.search(r"[^\W\d_]+$", text[max(0, hyphen - 25) : hyphen])
    if word is None or not text[hyphen + 1 : hyphen + 2].isalpha():
        return False
    following = re.match(r"[A-Za-z.]+", text[hyphen + 1 :])
    opens = following is not None and following[0] in _OPENERS
    return word[0].casefold() in _PREFIXES or (word[0][0].isupper() and not opens and not _DATELINE.match(text, hyphen + 1))


_DATELINE = re.compile(r"FILE\b|[A-Z][A-Z.' ]+(?:, [A-Z][A-Za-z.]+)* (?:—|–|--)")
_OPENERS = frozenset(
    "The A An In On At He She It They We After When While As But For From If Since Some This That These There With According"
    " Meanwhile U.S. President Prime Secretary Vice Saturday Sunday Monday Tuesday Wednesday Thursday Friday".split()
)
