"""Polls: when to ask a feed, what of its document is new, and the messages for the stream."""
