"""Trains the reader whose weights the package ships; see README.md."""
