"""Events of counters and devices, and what people decide on them."""
