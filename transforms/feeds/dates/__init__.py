"""The dates of feeds and their articles: names of months, weekdays and zones in any language."""
