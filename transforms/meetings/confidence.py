"""How sure a report is, from 0 to 1; ``docs/evaluation.md`` says what each figure has meant on gold articles."""

from transforms.meetings.draft import Draft


def confidence_of(draft: Draft) -> float:
    """The confidence of ``draft``: its frames' weight, less for parties without a name and plans without a day."""
    score = draft.weight
    named = sum(p.kind in {"person", "country", "organization"} and p.entity is not None for p in draft.parties)
    if named == 0:
        score *= 0.5
    elif named == 1:
        score *= 0.8
    if any(p.kind == "person" and p.entity is None for p in draft.parties):
        score *= 0.6
    if draft.status.status in {"planned", "proposed"}:
        score *= 0.9 if draft.when or draft.where else 0.7
    if all(e.pattern for e in draft.encounters):
        score *= 0.8
    if len(draft.parties) == 1:
        score *= 0.6
    return round(min(0.99, max(0.05, score)), 2)
