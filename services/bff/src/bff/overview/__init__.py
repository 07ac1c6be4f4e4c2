"""The first screen of a place in one response: watts now, today and this month."""
