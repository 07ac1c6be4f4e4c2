"""The history of the tables, one step per file; applied at every start."""
