"""The path from a number back to readings and prices."""
