"""How the tables came to be, one step per file; run at every start."""
