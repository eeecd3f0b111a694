"""Your own file of actors: people and bodies that you know by several names, as YAML or CSV.

- name: Ana Ruiz                            name,aliases,wikidata
  aliases: [Anna Ruys, La Canciller]        Ana Ruiz,Anna Ruys; La Canciller,Q1234567
  wikidata: Q1234567
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from pipelines.configuration.settings import SettingsError, shown
from transforms.rows import ActorDecision, derive_id
from transforms.stories.decided import Name, name_words, own_id
from transforms.tables.conform import rfc3339

_COLUMNS = ("name", "aliases", "wikidata")
_WIKIDATA = re.compile(r"Q[1-9]\d{0,11}", re.ASCII)


class KnownActor(NamedTuple):
    """One actor of the file.

    Attributes:
        line: Where it begins.
        names: The name to show, then the others.
        wikidata_id: Its item of Wikidata; None where the file has none.
    """

    line: int
    names: tuple[str, ...]
    wikidata_id: str | None

    @property
    def actor_id(self) -> str:
        """That of the first name where no file knew it."""
        words = name_words(self.names[0])
        return own_id(words) or derive_id("actor", " ".join(words))

    def decision(self, file: str, now: datetime) -> ActorDecision:
        """The row of ``actor_decisions`` that makes the names one actor's."""
        decision_id = derive_id("known", *self.names, self.wikidata_id or "")
        why = "the user's own file of actors"
        return ActorDecision(
            decision_id,
            "known",
            [self.actor_id],
            list(self.names),
            None,
            self.wikidata_id,
            rfc3339(now),
            file,
            why,
            None,
            None,
        )


def read_actors_file(path: Path) -> list[KnownActor]:
    """The actors of the file.

    Raises:
        SettingsError: it cannot be used; one line with file, line, fault and way out.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = list((_from_csv if path.suffix.lower() == ".csv" else _from_yaml)(text))
        _check_apart(given)
    except OSError as error:
        raise SettingsError(
            f"actors_file: {path}: {error.strerror} (name a YAML or CSV file, or take the key out)"
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"actors_file: {path}: not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None
    except SettingsError as error:
        raise SettingsError(f"actors_file: {path}: {error}") from None
    return given


def _from_yaml(text: str) -> Iterator[KnownActor]:
    try:
        document = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SettingsError(f"line {mark.line + 1 if mark else 1}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"not YAML: {shown(str(error))}") from None
    if document is None:
        return
    if not isinstance(document, yaml.SequenceNode):
        raise SettingsError(f"line {document.start_mark.line + 1}: not a list; begin each actor with '- name: …'")
    for node in document.value:
        line, found = node.start_mark.line + 1, _texts(node)
        if len(found.get("name", ())) > 1 or len(found.get("wikidata", ())) > 1:
            raise SettingsError(f"line {line}: one name and one Wikidata item an actor; the other names are aliases")
        name, wikidata = (next(iter(found.get(key, [])), "") for key in ("name", "wikidata"))
        yield _known(line, name, found.get("aliases", []), wikidata)


def _texts(node: yaml.Node) -> dict[str, list[str]]:
    """What stands under each key of an actor."""
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError(
            f"line {node.start_mark.line + 1}: not an actor; write '- name: …', below it 'aliases: […]'"
        )
    found: dict[str, list[str]] = {}
    for key, value in node.value:
        place = f"line {key.start_mark.line + 1}"
        if key.value not in _COLUMNS or key.value in found:
            raise SettingsError(f"{place}: {shown(key.value)} is unknown or there twice (known: {', '.join(_COLUMNS)})")
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if not all(isinstance(item, yaml.ScalarNode) for item in items):
            raise SettingsError(f"{place}: {key.value} is not text; put names with a colon in quotes")
        found[key.value] = [item.value for item in items if item.tag != "tag:yaml.org,2002:null"]
    return found


def _from_csv(text: str) -> Iterator[KnownActor]:
    lines = csv.reader(text.splitlines(), strict=True)
    try:
        head = [name.strip().lower() for name in next(lines, [])]
        if "name" not in head or len(set(head)) < len(head) or not set(head) <= set(_COLUMNS):
            raise SettingsError(f"line 1: the first line names the columns: {','.join(_COLUMNS)}")
        for row in lines:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(head):
                raise SettingsError(
                    f"line {lines.line_num}: {len(row)} columns where there are {len(head)}; put names with a comma in quotes"
                )
            found = dict(zip(head, row, strict=False))
            yield _known(lines.line_num, found["name"], found.get("aliases", "").split(";"), found.get("wikidata", ""))
    except csv.Error as error:
        raise SettingsError(f"line {lines.line_num}: not CSV: {error}") from None


def _known(line: int, name: str, aliases: list[str], wikidata: str) -> KnownActor:
    names = tuple(dict.fromkeys(" ".join(each.split()) for each in (name, *aliases) if each.strip()))
    wikidata = wikidata.strip()
    if not name.strip():
        raise SettingsError(f"line {line}: no name; every actor has one")
    for each in names:
        if not any(name_words(each)) or not each.isprintable():
            raise SettingsError(f"line {line}: {shown(each)} is not a name; write it as articles do")
    if wikidata and not _WIKIDATA.fullmatch(wikidata):
        raise SettingsError(
            f"line {line}: {shown(wikidata)} is no item of Wikidata (such as Q42); leave it out if unsure"
        )
    return KnownActor(line, names, wikidata or None)


def _check_apart(actors: list[KnownActor]) -> None:
    """A name, or an item of Wikidata, is one actor's."""
    names: dict[Name, KnownActor] = {}
    ids: dict[str, KnownActor] = {}
    items: dict[str, KnownActor] = {}
    for actor in actors:
        for name in actor.names:
            other = names.setdefault(name_words(name), actor)
            if other is not actor:
                raise SettingsError(
                    f"line {actor.line}: {shown(name)} stands on line {other.line} too; leave it with one"
                )
        if (other := ids.setdefault(actor.actor_id, actor)) is not actor:
            raise SettingsError(
                f"line {actor.line}: {shown(actor.names[0])} is only another spelling of line {other.line}; make them one"
            )
        if actor.wikidata_id and (other := items.setdefault(actor.wikidata_id, actor)) is not actor:
            raise SettingsError(
                f"line {actor.line}: {actor.wikidata_id} stands on line {other.line} too; make them one"
            )
