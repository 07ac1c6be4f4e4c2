"""The place tree of the house, its devices, and what they say now."""
