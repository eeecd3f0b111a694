"""Which verbs and nouns of a sentence tell of an encounter, and who is on either side."""
