"""The tables as Delta tables, in a folder or a bucket."""
