"""Whether another distribution has installed packages of the same names as meetwire's, over which files get mixed."""

from importlib import metadata

DISTRIBUTION = "meetwire"
NAMES = ("meetwire", "pipelines", "transforms")


def shared_names() -> dict[str, list[str]]:
    """Which of meetwire's top-level packages other distributions of this environment hold too -> these distributions."""
    owners = metadata.packages_distributions()
    others = {name: sorted(set(owners.get(name, ())) - {DISTRIBUTION}) for name in NAMES}
    return {name: found for name, found in others.items() if found}


def fault() -> str | None:
    """What is wrong, in one line with the way out; None where every name is meetwire's alone."""
    shared = shared_names()
    if not shared:
        return None
    told = ", ".join(f"{name!r} is also of {' and '.join(found)}" for name, found in shared.items())
    return f"{told}: install meetwire in an environment of its own (pipx install meetwire)"
