"""Subscription filters: https://cloud.google.com/pubsub/docs/subscription-message-filter, as a predicate."""

import json
import re
from collections.abc import Callable, Mapping

from transforms.errors import MeetwireError

Predicate = Callable[[Mapping[str, str]], bool]
_TOKEN = re.compile(r'\s*(?:(!=|[=:.,()]|-(?!\w)|-)|("(?:[^"\\]|\\.)*")|([A-Za-z_][\w-]*))')


class FilterError(MeetwireError, ValueError):
    """A filter that cannot be read; names the place."""


def parse_filter(text: str) -> Predicate:
    """What decides, from a message's attributes, whether a subscription with the filter ``text`` gets it.

    ``attributes:KEY``, ``attributes.KEY = "V"``, ``!=``, ``hasPrefix(attributes.KEY, "V")``, ``NOT`` or ``-``,
    ``AND``, ``OR`` and parentheses; AND and OR do not mix without parentheses, as in the service.
    """
    if not text.strip():
        return lambda attributes: True
    parser = _Parser(text)
    predicate = parser.expression()
    if parser.tokens:
        raise FilterError(f"filter {text!r}: {parser.tokens[0]!r} was not expected")
    return predicate


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if not match:
                raise FilterError(f"filter {text!r}: cannot read it from character {position}")
            self.tokens.append(match[0].strip())
            position = match.end()

    def take(self, *expected: str) -> str:
        """The next token, which must be one of ``expected`` where these are given."""
        if not self.tokens or (expected and self.tokens[0] not in expected):
            found = repr(self.tokens[0]) if self.tokens else "the end"
            raise FilterError(f"filter {self.text!r}: {' or '.join(expected) or 'more'} expected, not {found}")
        return self.tokens.pop(0)

    def expression(self) -> Predicate:
        terms = [self.term()]
        word = ""
        while self.tokens and self.tokens[0] in ("AND", "OR"):
            joined = self.take()
            if word not in ("", joined):
                raise FilterError(f"filter {self.text!r}: AND and OR need parentheses")
            word = joined
            terms.append(self.term())
        if word == "OR":
            return lambda attributes: any(term(attributes) for term in terms)
        return lambda attributes: all(term(attributes) for term in terms)

    def term(self) -> Predicate:
        if self.tokens and self.tokens[0] in ("NOT", "-"):
            self.take()
            inner = self.term()
            return lambda attributes: not inner(attributes)
        if self.tokens and self.tokens[0] == "(":
            self.take()
            inner = self.expression()
            self.take(")")
            return inner
        if self.tokens and self.tokens[0] == "hasPrefix":
            for expected in ("hasPrefix", "(", "attributes", "."):
                self.take(expected)
            key = self.key()
            self.take(",")
            prefix = self.value()
            self.take(")")
            return lambda attributes: key in attributes and attributes[key].startswith(prefix)
        self.take("attributes")
        if self.take(":", ".") == ":":
            key = self.key()
            return lambda attributes: key in attributes
        key = self.key()
        operator, value = self.take("=", "!="), self.value()
        if operator == "=":
            return lambda attributes: attributes.get(key) == value
        return lambda attributes: attributes.get(key) != value

    def key(self) -> str:
        token = self.take()
        return self.unquote(token) if token.startswith('"') else token

    def value(self) -> str:
        return self.unquote(self.take())

    def unquote(self, token: str) -> str:
        try:
            text = json.loads(token)
        except ValueError:
            text = None
        if not isinstance(text, str):
            raise FilterError(f"filter {self.text!r}: {token} is not text in double quotes")
        return text
