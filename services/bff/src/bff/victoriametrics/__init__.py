"""The only place that speaks to VictoriaMetrics."""
