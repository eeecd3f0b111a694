"""What spares a look-up never loses a name that the tables know."""

from transforms.language.world import countries, organisations


def test_every_country_begins_with_a_word_that_is_looked_up():
    index = countries._index()
    for form in (*index.names, *index.people):
        assert countries.begins_country(form.split(" ")[0])
    for direction in ("northern Syria", "South-East Asia", "Mainland China", "the Netherlands", "U.S."):
        assert countries.begins_country(direction.split()[0])


def test_every_body_begins_with_a_word_that_is_looked_up():
    for form in organisations._index():
        assert organisations.begins_organisation(form.split(" ")[0])
    assert organisations.begins_organisation("The")
    assert organisations.begins_organisation("U.N.")
