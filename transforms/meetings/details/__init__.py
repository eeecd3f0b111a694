"""What a text says of an encounter: whether it happened, when, where, how and what about."""
