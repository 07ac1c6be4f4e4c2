"""Energy per device in closed slots, derived from the counters in VictoriaMetrics.

`fetch` reads the samples of counters, `slots` turns them into slots: pure. `jobs` builds days from
history, `store` keeps them, `worker` keeps them up to date, `query` is the interface for the rest
of the BFF.
"""
