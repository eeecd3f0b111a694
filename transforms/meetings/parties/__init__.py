"""Who takes part: the noun phrases of a sentence read as people, bodies, countries, groups, and the places among them."""
