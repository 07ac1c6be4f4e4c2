"""Load curves: pure functions (moments, chance) -> active power in watts, one per appliance."""
