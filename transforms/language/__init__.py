"""The language stage: names, people, places and dates of a text, as plain Python and spaCy components."""
