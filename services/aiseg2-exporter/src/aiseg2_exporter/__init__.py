"""Read a Panasonic AiSEG2: metrics of the house and its circuits, and points for InfluxDB."""
