"""What every exporter shares, so that an exporter is only how to read its devices.

A reader is a function over what `home_model` knows; it runs without this package. Given to
`exporter_kit.command.main`, it gains interval, deadline, isolation, staleness, durable energy
counters, /metrics, health and a command line.
"""
