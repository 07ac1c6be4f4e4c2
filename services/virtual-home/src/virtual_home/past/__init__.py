"""The house's past: what the exporter would have written, had it run all the time."""
