"""The tables in BigQuery: loaded and merged in batch, inserted in a stream."""
