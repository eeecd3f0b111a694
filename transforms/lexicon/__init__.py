"""The word lists behind the language rules: YAML files that a user can read and extend without code."""

import functools
from importlib import resources
from typing import Any

import yaml


@functools.cache
def table(name: str) -> dict[str, Any]:
    """The content of ``NAME.yaml`` in this folder, read once a process.

    Raises:
        FileNotFoundError: There is no such table.
        ValueError: The file is not YAML, or not a mapping.
    """
    source = resources.files(__name__) / f"{name}.yaml"
    try:
        content = yaml.load(source.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(f"lexicon/{name}.yaml is not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict):
        raise ValueError(f"lexicon/{name}.yaml: a mapping is expected, not {type(content).__name__}")
    return content


@functools.cache
def words(name: str, key: str) -> frozenset[str]:
    """The words under ``key`` of ``NAME.yaml`` in lower case, for a look-up."""
    return frozenset(str(word).casefold() for word in table(name)[key])


def vocabulary(key: str) -> frozenset[str]:
    """The words under ``key`` of ``vocabulary.yaml``, which the rules of grammar ask for."""
    return words("vocabulary", key)
