"""The place tree of the house, its devices, and their present values."""
