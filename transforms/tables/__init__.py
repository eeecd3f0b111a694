"""Schemas, conforming rows, and the tables as files or in BigQuery."""
