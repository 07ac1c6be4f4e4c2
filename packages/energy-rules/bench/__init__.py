"""The fuzz of known truth, at length."""
