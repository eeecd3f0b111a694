"""Which article an entry is, and whether its content is new."""
