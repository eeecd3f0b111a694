"""HTML to plain text: blocks are paragraphs, scripts are dropped, what only looks like a tag stays.

Browsers let an element that is never closed (``<iframe/>``, ``<!--``, an attribute without its second quotation mark) swallow
all that follows. Here it costs itself alone: feeds cut their texts, and an article matters more than its markup.
"""

import re
from collections import Counter
from collections.abc import Collection
from html import unescape

from transforms.feeds.text.characters import visible

_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "title", "ul",
}  # fmt: skip
_LINES = {"br", "li", "tr", "option"}
_CELLS = {"td", "th"}
# Elements whose content is no text of the article: code, pictures, what stands in for them where they cannot be shown.
_DROPPED = {
    "audio", "canvas", "embed", "head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "select", "style",
    "svg", "template", "video",
}  # fmt: skip
# Their content is no markup: the first end tag ends them, wherever it stands.
_CODE = ("script", "style")
_CODE_START = {name: re.compile(rf"<{name}\b", re.IGNORECASE) for name in _CODE}
_CODE_END = {name: re.compile(rf"</{name}\b[^>]*>?", re.IGNORECASE) for name in _CODE}
_INLINE = {
    "a", "abbr", "acronym", "applet", "area", "b", "base", "basefont", "bdi", "bdo", "big", "blink", "button", "cite", "code", "col",
    "colgroup", "content", "data", "datalist", "del", "dfn", "em", "font", "frame", "frameset", "i", "img", "input", "ins", "kbd",
    "label", "link", "map", "mark", "marquee", "meta", "meter", "nobr", "output", "param", "picture", "plaintext", "progress", "q", "rp",
    "rt", "ruby", "s", "samp", "slot", "small", "source", "span", "strike", "strong", "sub", "sup", "textarea", "time",
    "track", "tt", "u", "var", "wbr", "xmp",
}  # fmt: skip
_KNOWN = _BLOCKS | _LINES | _CELLS | _DROPPED | _INLINE
# Names that are hardly anything else where a ``>`` ends them.
_CERTAIN = {name for name in _KNOWN if len(name) > 1}
_PARAGRAPH, _NEWLINE = "\ue0f0", "\ue0f1"
_SIGNS = dict.fromkeys(_BLOCKS, _PARAGRAPH) | dict.fromkeys(_LINES, _NEWLINE) | dict.fromkeys(_CELLS, " ")
# A tag with its attributes. Quotation marks that pair may hold ``>``; where they do not pair, the next ``>`` or ``<`` ends the
# tag. No part is searched twice from one start: each repetition is possessive, and values with ``<`` are few and short.
_TAG = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9]*(?:[:._-]+[A-Za-z0-9]+)*)(?:(?:"""
    r"""((?:[\s/](?:[^<>"'=]++|=\s*+(?:"[^"<]*+"|'[^'<]*+')?+)*+)?+)"""
    r"""|([\s/](?:[^<>"'=]++|=\s*+(?:"[^"]{0,4000}+(?<!=)"|'[^']{0,4000}+(?<!=)')|[="']){0,40}+)"""
    r"""|([\s/][^<>]*+))>|(?:[\s/][^<>]*+)?+(?=<|\Z))"""
)
_VALUED = re.compile(r"""(?:\s[\s/]*+[^\s"'<>/=]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++))*+[\s/]*+""")
_LOOKS_HTML = re.compile(rf"</(?:{'|'.join(sorted(_KNOWN))})\s*>|<(?:br|hr|img|p)\b[^<>]*/?>", re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_CDATA_MARK = re.compile(r"<!\[CDATA\[|\]\]>")
_COMMENT_EMPTY = re.compile("-?>")
_COMMENT_END = re.compile("--!?>")
_BLOCK_TAG = re.compile(r"</?(?:p|div|br|ul|ol|li|h[1-6]|table|blockquote)\b[^<>]*>", re.IGNORECASE)
# Only what ends in a semicolon is a reference: '?a=1&copy=2' holds no copyright sign.
_NO_REFERENCE = re.compile(r"&(?!#?\w{1,32};)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


def looks_like_html(text: str) -> bool:
    """True where ``text`` holds a closing or a void element of HTML."""
    return "<" in text and _LOOKS_HTML.search(text) is not None


def from_html(markup: str, without: Collection[str] = ()) -> str:
    """The text of ``markup``: paragraphs parted by a blank line, lines by one newline, runs of space by one space.

    Args:
        markup: HTML or XHTML, whole or cut.
        without: Further elements that are left out with their content.
    """
    if "<" in markup:
        if _PARAGRAPH in markup or _NEWLINE in markup:
            markup = markup.replace(_PARAGRAPH, " ").replace(_NEWLINE, " ")
        if "<!" in markup or "<?" in markup:
            markup = _DECLARATION.sub("", _without_comments(_without_cdata_marks(markup)))
        markup = "".join(_Extraction(markup, _DROPPED.union(without)).pieces())
    return from_text(references(markup), blank_lines=False)


def references(text: str) -> str:
    """``text`` with each character reference (``&eacute;``) as its character; only what ends in ``;`` is one."""
    return unescape(_NO_REFERENCE.sub("&amp;", text)) if "&" in text else text


def from_text(text: str, blank_lines: bool = True) -> str:
    """Plain ``text`` in the same shape; blank lines stay paragraphs unless ``blank_lines`` is false."""
    if blank_lines:
        text = _without_cdata_marks(text)
        if "\n" in text:
            text = _BLANK_LINE.sub(_PARAGRAPH, text.replace("\r\n", "\n"))
    return _tidy(visible(text))


def line(text: str) -> str | None:
    """``text`` on one line, without control characters and invisible marks; None where nothing is left."""
    return " ".join(visible(text).split()) or None


def _without_cdata_marks(text: str) -> str:
    """``text`` without the marks of a CDATA section that was escaped together with its content."""
    return _CDATA_MARK.sub("", text) if "<![CDATA[" in text else text


def _without_comments(markup: str) -> str:
    """``markup`` without comments; one that never ends reaches to the next block."""
    pieces, position, ended = [], 0, True
    while (start := markup.find("<!--", position)) >= 0:
        pieces.append(markup[position:start])
        empty = _COMMENT_EMPTY.match(markup, start + 4)
        end = empty or (_COMMENT_END.search(markup, start + 4) if ended else None)
        if end:
            position = end.end()
        else:
            ended = False
            block = _BLOCK_TAG.search(markup, start + 4)
            position = block.start() if block else len(markup)
    pieces.append(markup[position:])
    return "".join(pieces)


class _Extraction:
    """One walk over the tags of ``markup``: text and signs of blocks, without the elements of ``dropped``."""

    def __init__(self, markup: str, dropped: Collection[str]) -> None:
        self._markup = markup
        self._dropped = dropped
        self._pieces: list[str] = []
        self._open: list[tuple[str, int]] = []  # dropped elements that have begun, each with its place in the pieces
        self._opened: Counter[str] = Counter()
        self._ends: dict[str, re.Match[str] | None] = {}  # the next end tag of each code element
        self._closed: set[str] | None = None

    def pieces(self) -> list[str]:
        """The text, to be joined; character references are still in it."""
        markup, pieces, dropped = self._markup, self._pieces, self._dropped
        done = position = 0
        while match := _TAG.search(markup, position):
            start, position = match.span()
            name = match[2].lower()
            if not (markup[position - 1] == ">" and name in _CERTAIN) and not self._is_tag(match, name):
                position = start + 1
                continue
            if done < start:
                pieces.append(markup[done:start])
            if name in _SIGNS:
                pieces.append(_SIGNS[name])
            done = position = self._behind(match, name) if name in dropped else position
        pieces.append(markup[done:])
        return pieces

    def _behind(self, tag: re.Match[str], name: str) -> int:
        """Notes a tag of an element that is dropped; returns where the text goes on."""
        if tag[1]:
            self._close(name)
        elif not tag[0].rstrip(">").endswith("/"):
            if name in _CODE:
                return self._behind_code(name, tag)
            self._open.append((name, len(self._pieces)))
            self._opened[name] += 1
        return tag.end()

    def _close(self, name: str) -> None:
        """Drops what stands between the last start of ``name`` and here; an end without a start is nothing."""
        if not self._opened[name]:
            return
        while True:
            opened, place = self._open.pop()
            self._opened[opened] -= 1
            if opened == name:
                del self._pieces[place:]
                return

    def _behind_code(self, name: str, tag: re.Match[str]) -> int:
        """Where the code that ``tag`` begins has ended.

        An end tag that belongs to another element of that name, with blocks of text before it, ends that one alone. Code
        that nothing ends reaches to the next block; a script of another address has none here.
        """
        start = tag.end()
        end = self._ends.get(name)
        if name not in self._ends or (end and end.start() < start):
            end = self._ends[name] = _CODE_END[name].search(self._markup, start)
        block = _BLOCK_TAG.search(self._markup, start, end.start() if end else len(self._markup))
        if end and not (block and _CODE_START[name].search(self._markup, block.end(), end.start())):
            return end.end()
        if "src" in tag[0].lower():
            return start
        return block.start() if block else len(self._markup)

    def _is_tag(self, match: re.Match[str], name: str) -> bool:
        """False for what only looks like a tag: ``x<y``, ``a <b and c> d``, ``List<String>``."""
        end_mark, whole = match[1], match[0]
        attributes = whole[1 + len(end_mark) + len(name) :].removesuffix(">")
        finished = whole.endswith(">")
        known = name in _KNOWN
        if not finished:
            return known and (name in _CERTAIN or "=" in attributes or bool(end_mark))
        if end_mark and not attributes.strip():
            return True
        if known:
            return not attributes.strip() or "=" in attributes or "/" in attributes
        return bool(_VALUED.fullmatch(attributes)) and (bool(attributes) or not self._is_glued(match))

    def _is_glued(self, match: re.Match[str]) -> bool:
        """True for a name in brackets right behind a letter, which nothing closes: an argument of a type, no tag."""
        if match.start() == 0 or not self._markup[match.start() - 1].isalnum():
            return False
        if self._closed is None:
            self._closed = {name.lower() for name in re.findall(r"</([A-Za-z][\w:.-]*)", self._markup)}
        return match[2].lower() not in self._closed


def _tidy(text: str) -> str:
    """``text`` with the signs turned into line ends and every run of space into one."""
    if _PARAGRAPH not in text and _NEWLINE not in text:
        return " ".join(text.split())
    paragraphs = []
    for block in text.split(_PARAGRAPH):
        lines = [words for words in (" ".join(part.split()) for part in block.split(_NEWLINE)) if words]
        if lines:
            paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)
