"""Where every device was, behind which meter, and what it measured, with dates."""
