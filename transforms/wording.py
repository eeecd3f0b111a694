"""Numbers with their nouns, as lines for people say them."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 feed``, ``2 feeds``, ``1,234 entries``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
