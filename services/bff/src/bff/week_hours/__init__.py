"""Energy and cost of a place by hour of the week."""
