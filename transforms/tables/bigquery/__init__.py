"""The tables in BigQuery: rows streamed or loaded in, views that show each once, and what removes old copies."""
