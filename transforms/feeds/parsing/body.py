"""Which element of an item is its body. Captions never are, whatever their position."""

from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

from transforms.feeds.parsing import namespaces, tree
from transforms.feeds.parsing.entries import LONGEST_TEXT
from transforms.feeds.text import plaintext

# Best first. ``media:*`` is missing on purpose: its texts are captions and credits.
_BODIES = (
    "content:encoded", "content", "atom:content", "yandex:full-text", "full-text", "fulltext", "xhtml:body", "body",
    "xhtml:div", "dc:content", "description", "summary", "atom:summary", "tagline", "abstract", "dc:description",
    "dcterms:abstract", "itunes:summary",
)  # fmt: skip
_TEASERS = ("description", "summary", "atom:summary", "abstract", "dc:description", "itunes:summary", "itunes:subtitle")
# Characters of a title's markup.
_LONGEST_TITLE = 100_000
# Characters of markup that hold a few words, as a rule.
_ENOUGH = 1000
# Of several elements with one name, as many are read.
_MOST_ALIKE = 5
_FOREIGN_TYPES = ("image/", "video/", "audio/", "application/", "multipart/")


class Text(NamedTuple):
    """A construct's plain text and the markup it came from (None for plain text).

    ``is_cut``: the markup was longer than any article's, and was not read to its end.
    """

    text: str
    html: str | None
    is_cut: bool = False


_NOTHING = Text("", None)


def title(element: "etree._Element | None", is_atom: bool) -> str | None:
    """A title on one line. Atom's types decide what is markup; elsewhere titles are HTML by custom."""
    if element is None:
        return None
    return plaintext.line(construct(element, is_atom, _LONGEST_TITLE, is_title=True).text)


def construct(element: "etree._Element", is_atom: bool, longest: int = LONGEST_TEXT, is_title: bool = False) -> Text:
    """The text of ``element`` after its type: ``text`` is literal, ``html`` and ``xhtml`` are markup.

    Markup is read as far as ``longest`` characters.
    """
    kind = (element.get("type") or "").strip().lower()
    mode = (element.get("mode") or "").lower()
    if mode == "base64" or (kind.startswith(_FOREIGN_TYPES) and not kind.endswith(("xhtml+xml", "html"))):
        return _NOTHING
    if element.get("src") and not len(element) and not (element.text or "").strip():
        return _NOTHING
    if len(element):
        return from_markup(tree.inner_markup(element), longest)
    raw = element.text or ""
    literal = kind in ("text", "plain") or (kind.startswith("text/") and "html" not in kind)
    if is_atom and not kind:
        literal = is_title or not plaintext.looks_like_html(raw)
    elif not is_atom and literal:
        literal = not plaintext.looks_like_html(raw)
    if literal:
        return Text(plaintext.from_text(raw), None)
    return from_markup(raw, longest)


def from_markup(markup: str, longest: int = LONGEST_TEXT) -> Text:
    """The text of HTML, which is read as far as ``longest`` characters."""
    markup = markup.strip()
    kept = markup[:longest]
    return Text(plaintext.from_html(kept), kept or None, len(kept) < len(markup))


def choose(
    found: "Mapping[str, list[etree._Element]]", item: "etree._Element", is_atom: bool
) -> tuple[Text, str | None, "etree._Element | None"]:
    """The body, the teaser, and the element that the body came from.

    The first of the body elements that says anything outside of its figures, and the longest of several of one name; a
    media description only where the item has no text of its own at all (video channels have nothing else).
    """
    left = LONGEST_TEXT  # for all markup of the item

    def read(element: "etree._Element", is_atom: bool) -> Text:
        nonlocal left
        said = construct(element, is_atom, left)
        left -= len(said.html or "")
        return said

    body, source = _NOTHING, None
    seen: dict[str, Text] = {}
    for name in _BODIES:
        if name not in found:
            continue
        said = [
            (read(element, is_atom and not name.startswith("content:")), element)
            for element in found[name][:_MOST_ALIKE]
        ]
        seen[name], element = max(said, key=lambda one: len(one[0].text))
        if seen[name].text and _says_something(seen[name]):
            body, source = seen[name], element
            break
    teaser, is_cut = None, body.is_cut
    for name in _TEASERS:
        if name in found:
            said_first = seen.get(name) or read(found[name][0], is_atom)
            if said_first.text and _says_something(said_first):
                teaser, is_cut = said_first.text, is_cut or said_first.is_cut
                break
    if not body.text and teaser is None:
        for element in item.iter("*"):
            if namespaces.name(element) == ("media", "description"):
                described = read(element, False)
                if described.text:
                    return described, None, element
    if not body.text and teaser is not None:
        body = Text(teaser, None)
    return body._replace(is_cut=is_cut), teaser, source


def _says_something(said: Text) -> bool:
    """False for a body that is nothing but a figure with its caption."""
    if said.html is None or "<fig" not in (lowered := said.html.lower()):
        return True
    behind = lowered.rfind("</fig")
    # A little of what stands behind the figures tells as a rule, and is quicker; it ends with a whole tag.
    little = said.html[behind : said.html.rfind(">", behind, behind + _ENOUGH) + 1] if behind >= 0 else ""
    return any(plaintext.from_html(part, without=("figure", "figcaption")) for part in (little, said.html))
