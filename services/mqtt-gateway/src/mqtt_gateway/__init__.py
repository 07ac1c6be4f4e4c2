"""Power and energy from MQTT topics: a source of metrics, and points for InfluxDB."""
