"""One party of an encounter."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Party:
    """One party of an encounter.

    Attributes:
        kind: person, country, organization or group; pair and pronoun until they are resolved.
        name: As the article gives it, without article.
        entity: Index of its entity in the reading.
        country: ISO 3166-1 alpha-2.
        title: Office in lower case.
        start: First token.
        end: Behind the last token.
        head: The token that the party hangs by.
        plural: Several people.
    """

    kind: str
    name: str
    entity: int | None
    country: str | None
    title: str | None
    start: int
    end: int
    head: int
    plural: bool
