"""Bytes to characters, HTML to plain text, and the language that a text is in."""
