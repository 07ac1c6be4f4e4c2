"""Write to InfluxDB and VictoriaMetrics, read VictoriaMetrics, keep what cannot be written yet."""
