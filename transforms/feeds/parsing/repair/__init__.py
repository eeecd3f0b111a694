"""XML that is not well formed, made fit for a parser."""
