"""What each stretch of a published text is: the story, a photo caption, a credit, links to other stories.

Only the story and its captions tell of meetings. Offsets are never moved: the rest is told apart, not cut out. The
expressions are ``lexicon/boilerplate.yaml`` and ``transforms.articles.captions``.
"""

import functools
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from transforms import lexicon
from transforms.articles import captions
from transforms.articles.dateline import find_dateline

Kind = Literal["body", "caption", "credit", "related", "dateline", "headline"]

# A link under "Related coverage" is a headline: one short line that ends without a full stop.
_LONGEST_LINK = 160
_SENTENCE_END = re.compile(r"[.!?…][\"”’')]*$")
_WRAPPED = range(50, 101)
# What agencies put behind the last words of a text.
_AGENCIES = (
    "AFP|AP|Reuters|REUTERS|Kyodo|KYODO|Xinhua|TASS|Bernama|BERNAMA|PTI|IANS|ANI|UNI|UPI|dpa|Yonhap|Anadolu|APP|BSS|ONS"
    "|Agencies|Agence France-Presse|Associated Press"
)
_END_MARK_OPENS = re.compile(r"==|[—–(-]|(?:Additional r|R)eporting by|Writing by")
_LONGEST_MARK = 700
_END_MARK = re.compile(
    rf"(?:== ?[A-Z][\w ]{{1,30}}|(?:—|–|--|-) ?(?:{_AGENCIES})(?: [\w ]{{0,30}})?|\((?:{_AGENCIES}|END|End)\)"
    r"|\((?:(?:Additional )?[Rr]eporting|[Ww]riting|[Ee]diting|[Ww]ith inputs? from|Compiled) (?:by )?[^()]{2,300}\)"
    r"|(?:(?:Additional )?Reporting|Writing) by [A-Z][^.\n]{2,200};[^.\n]{0,200}Editing by [^.\n]{2,100}\.?)$"
)


class Part(NamedTuple):
    """A stretch of a text.

    Attributes:
        start: Offset of the first character.
        end: Offset behind the last character.
        kind: body, caption, credit (of photographers, writers, agencies), related (links, newsletters), dateline or
            headline.
    """

    start: int
    end: int
    kind: Kind


def parts(text: str, headline_end: int = 0) -> list[Part]:
    """The stretches of ``text`` in order, without overlap; what lies between them is white space.

    Args:
        text: The published text.
        headline_end: Offset behind the headline; 0 where the text has none.
    """
    found: list[Part] = []
    if text[:headline_end].strip():
        found.append(_trimmed(text, 0, headline_end, "headline"))
    begin = story_start(text, headline_end)
    for start, end in blocks(text[:begin], headline_end):
        found.extend(_block(text, start, end))
    dateline_end = _dateline(text, begin, found)
    under_links = False
    for start, end in blocks(text, dateline_end):
        block = text[start:end]
        opening = _related(block)
        if opening is not None:
            found.append(Part(start, end, "related"))
            under_links = opening
        elif under_links and _is_link(block):
            found.append(Part(start, end, "related"))
        else:
            under_links = False
            found.extend(_block(text, start, end))
    return found


def story_start(text: str, headline_end: int = 0) -> int:
    """Where the story begins, behind the headline and the captions that stand above it."""
    return next(
        (start for start, end in blocks(text, headline_end) if not captions.is_caption(text[start:end])), headline_end
    )


def blocks(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Paragraphs of ``text`` from ``start``: lines, except where a paragraph is wrapped over lines of like width."""
    for paragraph in re.finditer(r"\S(?:[^\n]|\n(?![ \t]*\n))*", text[start:]):
        lines = [(m.start(), m.end()) for m in re.finditer(r"\S[^\n]*", paragraph[0])]
        wrapped = len(lines) > 1 and all(
            end - first in _WRAPPED and not _SENTENCE_END.search(paragraph[0][first:end].rstrip())
            for first, end in lines[:-1]
        )
        for first, end in [(0, lines[-1][1])] if wrapped else lines:
            last = first + len(paragraph[0][first:end].rstrip())
            yield start + paragraph.start() + first, start + paragraph.start() + last


def _trimmed(text: str, start: int, end: int, kind: Kind) -> Part:
    stretch = text[start:end]
    return Part(start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip()), kind)


def _dateline(text: str, start: int, found: list[Part]) -> int:
    """Adds the dateline, with a byline above it as a credit; the offset behind them."""
    dateline = find_dateline(text, None, start)
    if dateline is None:
        return start
    *above, (begin, _) = [(s, e) for s, e in blocks(text, start) if s < dateline[1]]
    found.extend(Part(s, e, "credit") for s, e in above)
    found.append(_trimmed(text, begin, dateline[1], "dateline"))
    return dateline[1]


@functools.cache
def _expressions() -> dict[str, re.Pattern[str]]:
    table = lexicon.table("boilerplate")
    return {
        "related": re.compile(
            rf"(?P<head>{'|'.join(table['related'])})\s*(?P<colon>[:：>»|]|-(?=\s))?\s*", re.IGNORECASE
        ),
        "boilerplate": re.compile("|".join(table["boilerplate"]), re.IGNORECASE),
        "credit": re.compile("|".join(table["credit"]), re.IGNORECASE),
    }


def _related(block: str) -> bool | None:
    """None where the block is no link; True where links follow it, False where it is one itself."""
    if len(block) > 2 * _LONGEST_LINK:
        return None
    plain = block.strip("[]*•>»-–— \t")
    if _expressions()["boilerplate"].fullmatch(plain):
        return False
    match = _expressions()["related"].match(plain)
    if match is None:
        return None
    rest = plain[match.end() :]
    if not rest:
        return True
    if match["colon"]:
        return False if len(rest) <= _LONGEST_LINK else None
    return None


def _is_link(block: str) -> bool:
    return len(block) <= _LONGEST_LINK and not _SENTENCE_END.search(block.strip())


def _block(text: str, start: int, end: int) -> Iterator[Part]:
    """A paragraph that is no link: a credit, a caption with its credits, or story with an agency's mark at its end."""
    block = text[start:end]
    if len(block) <= 2 * _LONGEST_LINK and _expressions()["credit"].fullmatch(block):
        yield Part(start, end, "credit")
    elif captions.is_caption(block):
        yield from _split(start, block, captions.marks(block), "caption")
    else:
        yield from _split(start, block, _end_marks(block), "body")


def _end_marks(block: str) -> list[tuple[int, int]]:
    """Where the marks at the end of a paragraph stand; none where it holds nothing else."""
    end = len(block)
    while (start := _end_mark_start(block, end)) is not None:
        end = start
    return [(end, len(block))] if end < len(block) else []


def _end_mark_start(block: str, end: int) -> int | None:
    for opening in _END_MARK_OPENS.finditer(block, max(0, end - _LONGEST_MARK), end):
        start = len(block[: opening.start()].rstrip())
        if start and _END_MARK.match(block, opening.start(), end):
            return start
    return None


def _split(start: int, block: str, credits: list[tuple[int, int]], kind: Kind) -> Iterator[Part]:
    at = 0
    for first, last in credits:
        if block[at:first].strip():
            yield _trimmed_at(start, block, at, first, kind)
        if block[first:last].strip():
            yield _trimmed_at(start, block, first, last, "credit")
        at = last
    if block[at:].strip():
        yield _trimmed_at(start, block, at, len(block), kind)


def _trimmed_at(start: int, block: str, first: int, last: int, kind: Kind) -> Part:
    part = _trimmed(block, first, last, kind)
    return Part(start + part.start, start + part.end, kind)
