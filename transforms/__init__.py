"""The stages, one folder each, in the order the data flows: feeds, streams, articles, language, meetings, tables."""
