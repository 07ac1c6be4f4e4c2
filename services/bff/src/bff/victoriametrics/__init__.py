"""The only place that queries VictoriaMetrics."""
