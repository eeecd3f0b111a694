"""Precision, recall and F1 of the extractor against gold articles, with floors under them."""
