"""HTML to plain text: blocks are paragraphs, scripts are dropped, what only looks like a tag stays."""

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

_BLOCKS = [
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "title", "ul",
]  # fmt: skip
_LINES = ["br", "li", "tr", "option"]
_CELLS = ["td", "th"]
_INLINE = [
    "a", "abbr", "acronym", "amp-iframe", "amp-img", "amp-video", "applet", "area", "audio", "b", "base", "basefont",
    "bdi", "bdo", "big", "button", "canvas", "circle", "cite", "code", "col", "colgroup", "content", "data",
    "datalist", "defs", "del", "dfn", "em", "embed", "fb:like", "fb:post", "font", "frame", "frameset", "g",
    "g:plusone", "head", "i", "iframe", "img", "input", "ins", "kbd", "label", "line", "link", "map", "mark",
    "marquee", "math", "meta", "meter", "mi", "mn", "mo", "mrow", "msup", "nobr", "noframes", "noscript", "o:p",
    "object", "output", "param", "path", "picture", "polygon", "progress", "q", "rect", "rp", "rt", "ruby", "s",
    "samp", "script", "select", "slot", "small", "source", "span", "st1:city", "st1:country-region", "st1:place",
    "strike", "strong", "style", "sub", "sup", "svg", "template", "textarea", "time", "track", "tt", "u", "use",
    "v:shape", "var", "video", "w:wrap", "wbr",
]  # fmt: skip
_PARAGRAPH, _NEWLINE = "\ue0f0", "\ue0f1"
_OPENING = re.compile(r"(</?[A-Za-z][A-Za-z0-9:-]*)")
_LOOKS_HTML = re.compile(
    rf"</(?:{'|'.join([*_BLOCKS, *_LINES, *_CELLS, *_INLINE])})\s*>|<(?:br|hr|img|p)\b[^<>]*/?>", re.I
)
_DROPPED = ["script", "style", "noscript", "template", "iframe", "svg", "object", "embed", "select", "head", "math"]
# Control characters, C1 among them (in text they are only ever damage), and byte order marks.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Only what ends in a semicolon is a reference: '?a=1&copy=2' holds no copyright sign.
_NO_REFERENCE = re.compile(r"&(?!#?\w{1,32};)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


class _Marks(dict[str, str]):
    """``<p`` -> ``<p`` with the sign of a paragraph before it; ``<y`` of no known element -> ``&lt;y``."""

    def __missing__(self, tag: str) -> str:
        self[tag] = marked = "&lt;" + tag[1:]
        return marked


def _marks() -> _Marks:
    marks = _Marks()
    for sign, names in ((_PARAGRAPH, _BLOCKS), (_NEWLINE, _LINES), (" ", _CELLS), ("", _INLINE)):
        for name in names:
            for tag in (f"<{name}", f"</{name}"):
                marks[tag] = marks[tag.upper()] = sign + tag
    return marks


_MARKS = _marks()


def looks_like_html(text: str) -> bool:
    """True where ``text`` holds a closing or a void element of HTML."""
    return "<" in text and _LOOKS_HTML.search(text) is not None


def from_html(markup: str) -> str:
    """The text of ``markup``: paragraphs parted by a blank line, lines by one newline, runs of space by one space."""
    if "&" in markup:
        markup = _NO_REFERENCE.sub("&amp;", markup)
    if "<" not in markup:
        return from_text(unescape(markup) if "&" in markup else markup, blank_lines=False)
    if _PARAGRAPH in markup or _NEWLINE in markup:
        markup = markup.replace(_PARAGRAPH, " ").replace(_NEWLINE, " ")
    pieces = _OPENING.split(markup)
    pieces[1::2] = map(_MARKS.__getitem__, pieces[1::2])
    tree = LexborHTMLParser("".join(pieces))
    tree.strip_tags(_DROPPED)
    return _tidy(tree.text(deep=True))


def from_text(text: str, blank_lines: bool = True) -> str:
    """Plain ``text`` in the same shape; blank lines stay paragraphs unless ``blank_lines`` is false."""
    if blank_lines and "\n" in text:
        text = _BLANK_LINE.sub(_PARAGRAPH, text.replace("\r\n", "\n"))
    return _tidy(text)


def line(text: str) -> str | None:
    """``text`` on one line, without control characters; null where nothing is left."""
    return " ".join(_CONTROL.sub("", _SURROGATE.sub("\ufffd", text)).split()) or None


def whole(text: str) -> str:
    """``text`` with U+FFFD for each lone surrogate, which no encoding can write."""
    return _SURROGATE.sub("\ufffd", text)


def without_figures(markup: str) -> str:
    """``markup`` without its figures and their captions."""
    return re.sub(r"<(figure|figcaption)\b.*?(?:</\1\s*>|$)", " ", markup, flags=re.IGNORECASE | re.DOTALL)


def _tidy(text: str) -> str:
    """``text`` with the signs turned into line ends and every run of space into one."""
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    if _PARAGRAPH not in text and _NEWLINE not in text:
        return " ".join(text.split())
    paragraphs = []
    for block in text.split(_PARAGRAPH):
        lines = [words for words in (" ".join(part.split()) for part in block.split(_NEWLINE)) if words]
        if lines:
            paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)
