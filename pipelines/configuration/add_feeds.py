"""Puts feeds into the text of a settings file. A library would write the file anew and move comments: this inserts lines."""

import re
from collections.abc import Sequence

import yaml


def with_feeds(text: str, urls: Sequence[str]) -> str:
    """``text`` with ``urls`` behind its feeds and everything else as it was.

    Raises:
        ValueError: ``text`` has feeds in a form to which nothing can be added.
    """
    if not urls:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text.removeprefix("\ufeff"))
    bom = len(text) - len(text.removeprefix("\ufeff"))
    if root is None:
        return (
            f"{text}{'' if not text or text.endswith(newline) else newline}feeds:{newline}{_items(urls, '  ', newline)}"
        )
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise ValueError("its settings are not one to a line; add the feeds by hand")
    node = next((value for key, value in root.value if key.value == "feeds"), None)
    if node is None:
        return f"{text.rstrip()}{newline}{newline}feeds:{newline}{_items(urls, '  ', newline)}"
    start, end = node.start_mark.index + bom, node.end_mark.index + bom
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        indent = " " * node.start_mark.column
        end = _line_end(text, _content_end(node.value[-1]) + bom)
        before = text[:end] if text[:end].endswith("\n") else text[:end] + newline
        return before + _items(urls, indent, newline) + text[end:]
    if isinstance(node, yaml.SequenceNode) and node.value:  # [{url: a}, {url: b}]
        inner = node.value[-1].end_mark.index + bom
        return text[:inner] + "".join(f", {{url: {_scalar(url)}}}" for url in urls) + text[inner:]
    if not isinstance(node, yaml.SequenceNode) and getattr(node, "tag", "") != "tag:yaml.org,2002:null":
        raise ValueError("its feeds are no list; make them one")
    # nothing yet: "feeds:", "feeds: []" or "feeds: null", with a comment behind it perhaps
    line = _line_end(text, end)
    kept = (text[:start].rstrip(" ") + text[end:line]).rstrip("\r\n")
    return f"{kept}{newline}{_items(urls, '  ', newline)}{text[line:]}"


def _content_end(node: yaml.Node) -> int:
    """Where the last scalar of ``node`` ends: a block's own end lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _content_end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """The offset behind the line that holds ``at``; a block scalar ends behind its own line."""
    if at and text[at - 1] == "\n":
        return at
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _items(urls: Sequence[str], indent: str, newline: str) -> str:
    return "".join(f"{indent}- url: {_scalar(url)}{newline}" for url in urls)


def _scalar(url: str) -> str:
    """``url`` as YAML, in quotes where it needs them."""
    if re.fullmatch(r"[A-Za-z][\w.~/:?&=%+;@!$()*',-]*", url) and ": " not in url and not url.endswith(":"):
        return url
    return "'" + url.replace("'", "''") + "'"
