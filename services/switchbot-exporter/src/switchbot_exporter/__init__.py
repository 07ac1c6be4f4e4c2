"""SwitchBot devices as Prometheus metrics."""
