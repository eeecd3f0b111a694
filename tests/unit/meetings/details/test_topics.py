"""What a meeting was about: the noun phrases of its sentences, each told once."""

import pytest

import meetwire

TOLD = {
    "no one who took part stands in a topic": (
        "Kenyan President Amos Kiprono discussed grain prices in the north with Sudanese President Idris Salih on Monday.",
        ["grain prices in the north"],
    ),
    "a topic is told once, in its fuller words": (
        "Leaders of Chile and Peru discuss fishing rights\n\nChilean President Ana Rojas and Peruvian President Luis Quispe "
        "met in Lima on Monday and discussed fishing rights in the south.",
        ["fishing rights in the south"],
    ),
    "several topics are several": (
        "Chilean President Ana Rojas and Peruvian President Luis Quispe met in Lima on Monday and discussed trade and copper.",
        ["trade", "copper"],
    ),
}


@pytest.mark.parametrize("text, topics", TOLD.values(), ids=TOLD)
def test_topics(text, topics):
    assert [report.topics for report in meetwire.extract(text, published="2026-03-04T10:00:00Z")] == [topics]
