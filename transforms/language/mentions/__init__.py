"""Whom and what a text names, and what points back at them."""
