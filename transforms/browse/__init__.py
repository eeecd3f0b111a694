"""What pages and programs ask about meetings: a small database made of the tables, kept current, and its questions."""
