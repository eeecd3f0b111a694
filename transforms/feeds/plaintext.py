"""HTML to plain text: blocks are paragraphs, scripts are dropped, what only looks like a tag stays."""

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from transforms.feeds.markup import FORBIDDEN

_BLOCK = (
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h[1-6]|header|hr|html|legend|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|title|ul"
)
_LINE = "br|li|tr|option"
_CELL = "td|th"
_INLINE = (
    "a|abbr|acronym|amp-[a-z-]+|applet|area|audio|b|base|basefont|bdi|bdo|big|button|canvas|cite|code|col|colgroup|data|"
    "datalist|del|dfn|em|embed|font|frame|frameset|head|i|iframe|img|input|ins|kbd|label|link|map|mark|marquee|math|meta|"
    "meter|nobr|noframes|noscript|o:p|object|output|param|picture|progress|q|rp|rt|ruby|s|samp|script|select|slot|small|"
    "source|span|st1:[a-z]+|strike|strong|style|sub|sup|svg|template|textarea|time|track|tt|u|var|video|wbr|path|g|rect|"
    "circle|line|polygon|use|defs|mstyle|mrow|mi|mo|mn|content|fb:[a-z-]+|w:[a-z]+|v:[a-z]+"
)
_TAG = re.compile(rf"</?(?:(?P<block>{_BLOCK})|(?P<line>{_LINE})|(?P<cell>{_CELL})|(?:{_INLINE}))(?=[\s/>])", re.IGNORECASE)
_MAYBE_TAG = re.compile(r"<")
_LOOKS_HTML = re.compile(rf"</(?:{_BLOCK}|{_LINE}|{_CELL}|{_INLINE})\s*>|<(?:br|hr|img|p)\b[^<>]*/?>", re.IGNORECASE)
_DROPPED = ["script", "style", "noscript", "template", "iframe", "svg", "object", "embed", "select", "head", "math"]
_PARAGRAPH, _NEWLINE = "\ue0f0", "\ue0f1"
_BREAKS = re.compile(rf"[ {_PARAGRAPH}{_NEWLINE}]*[{_PARAGRAPH}{_NEWLINE}][ {_PARAGRAPH}{_NEWLINE}]*")
_SPACE = re.compile(r"[^\S\ue0f0\ue0f1]+")
# C1 controls too: in text they are only ever damage.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def looks_like_html(text: str) -> bool:
    """True where ``text`` holds a closing or a void element of HTML."""
    return "<" in text and _LOOKS_HTML.search(text) is not None


def from_html(markup: str) -> str:
    """The text of ``markup``: paragraphs parted by a blank line, lines by one newline, runs of space by one space."""
    if "<" not in markup:
        return from_text(unescape(markup) if "&" in markup else markup)
    markup = _SURROGATE.sub("\ufffd", markup.replace(_PARAGRAPH, " ").replace(_NEWLINE, " "))
    marked = _MAYBE_TAG.sub("<", _SPACE.sub(" ", markup))
    marked = _mark(marked)
    tree = LexborHTMLParser(marked)
    tree.strip_tags(_DROPPED)
    text = tree.text(deep=True)
    return _tidy(text)


def from_text(text: str) -> str:
    """Plain ``text`` in the same shape: blank lines stay, other white space is squeezed, control characters go."""
    text = _SURROGATE.sub("\ufffd", text)
    if "\n" in text:
        text = re.sub(r"[^\S\n]*\n[^\S\n]*\n\s*", _PARAGRAPH, text.replace("\r\n", "\n"))
    return _tidy(_SPACE.sub(" ", text))


def line(text: str) -> str | None:
    """``text`` on one line, without control characters; null where nothing is left."""
    return " ".join(_CONTROL.sub("", _SURROGATE.sub("\ufffd", text)).split()) or None


def without_figures(markup: str) -> str:
    """``markup`` without its figures and their captions."""
    return re.sub(r"<(figure|figcaption)\b.*?(?:</\1\s*>|$)", " ", markup, flags=re.IGNORECASE | re.DOTALL)


def _mark(markup: str) -> str:
    """``markup`` with a sign before every block and line, and with each ``<`` that opens no known tag escaped."""
    pieces: list[str] = []
    position = 0
    find = markup.find
    while (start := find("<", position)) >= 0:
        pieces.append(markup[position:start])
        match = _TAG.match(markup, start)
        if match:
            kind = match.lastgroup
            pieces.append(_PARAGRAPH if kind == "block" else _NEWLINE if kind == "line" else " " if kind == "cell" else "")
            pieces.append(match[0])
            position = match.end()
        elif markup.startswith("<!--", start):
            end = find("-->", start + 4)
            if end < 0:
                break  # an unclosed comment swallows the rest, as in a browser
            position = end + 3
        elif markup.startswith(("<!", "<?"), start):
            end = find(">", start)
            position = end + 1 if end >= 0 else len(markup)
        else:
            pieces.append("&lt;")
            position = start + 1
    else:
        pieces.append(markup[position:])
    return "".join(pieces)


def _tidy(text: str) -> str:
    text = _CONTROL.sub("", text)
    text = _SPACE.sub(" ", text)
    if _PARAGRAPH in text or _NEWLINE in text:
        text = _BREAKS.sub(lambda match: "\n\n" if _PARAGRAPH in match[0] else "\n", text)
    return text.strip()


__all__ = ["FORBIDDEN", "from_html", "from_text", "line", "looks_like_html", "without_figures"]
