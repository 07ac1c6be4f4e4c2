"""What needs somebody's attention, as codes, and what people have acknowledged of it."""
