"""Start the whole system on one machine, in the foreground."""
