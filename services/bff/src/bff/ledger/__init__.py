"""Energy per device in closed slots, made from the counters in VictoriaMetrics.

`counter` and `clean` turn samples into pieces of energy, `spread` cuts pieces at instants,
`sources` picks one source per slot: all pure. `store` keeps the slots, `build` makes them from
history, `follow` keeps them up to date, `read` is what the rest of the BFF asks.
"""
