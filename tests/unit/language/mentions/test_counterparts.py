import pytest
import spacy

from transforms.language.mentions.counterparts import counterpart_office, hand_on_offices
from transforms.language.mentions.entities import EntityDraft, Reading


def reading(*people):
    """A reading of people as (name, office), each named once, in order."""
    doc = spacy.blank("en")(" ".join(name for name, _ in people))
    found = Reading(doc, [], [], [], {})
    for at, (name, office) in enumerate(people):
        found.add(EntityDraft(name, "PERSON", office), at, at + 1)
    return found


def offices(*people):
    found = reading(*people)
    hand_on_offices(found)
    return [entity.title for entity in found.entities]


def test_a_counterpart_has_the_office_of_the_last_person_before_as_any_country_calls_it():
    assert offices(("Roe", "secretary of state"), ("Dahl", "counterpart")) == ["secretary of state", "foreign minister"]
    assert offices(("Ito", "prime minister"), ("Dahl", "norwegian counterpart"))[1] == "prime minister"


def test_a_counterparts_counterpart_has_the_same_office():
    assert (
        offices(("Ito", "defense minister"), ("Dahl", "counterpart"), ("Okoro", "counterpart"))[2] == "defense minister"
    )


def test_a_person_without_office_between_changes_nothing():
    assert offices(("Ito", "king"), ("Roe", None), ("Dahl", "counterpart"))[2] == "monarch"


def test_where_nobody_before_has_an_office_the_counterpart_has_none():
    assert offices(("Roe", None), ("Dahl", "counterpart"), ("Ito", "minister")) == [None, None, "minister"]


@pytest.mark.parametrize(("title", "office"), [("foreign secretary", "foreign minister"), ("beekeeper", "beekeeper")])
def test_an_office_that_no_table_knows_stays_as_it_is(title, office):
    assert counterpart_office(title) == office
