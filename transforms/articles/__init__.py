"""Articles as text: what was published, cleaned, with its dateline, captions and tails told apart."""
