"""The database: engine, tables, migrations and backups."""
