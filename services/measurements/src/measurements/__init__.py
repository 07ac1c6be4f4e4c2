"""Measurements that boards send over HTTP: kept once each, and passed on to VictoriaMetrics."""
