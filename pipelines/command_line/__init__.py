"""The command line: which commands there are, their flags, and what they say while they work."""
