"""The taught reader: what a fine-tuned encoder says of triggers, parties, dates and places."""
