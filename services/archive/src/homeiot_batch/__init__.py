"""The daily archive: yesterday's samples to Parquet, DuckDB and dbt."""
