"""What every exporter shares, so that an exporter is only how to read its devices.

A reader is a function over what `home_model` defines; it runs without this package. Given to
`main`, it gains interval, deadline, isolation, staleness, durable energy counters, /metrics,
health and a command line.
"""

from exporter_kit.cli import main
from exporter_kit.exporter import (
    Exporter,
    FixedInterval,
    Poll,
    PollGroup,
    Sample,
    Schedule,
    Subscribe,
)
from exporter_kit.settings import ExporterSettings

__all__ = [
    "Exporter",
    "ExporterSettings",
    "FixedInterval",
    "Poll",
    "PollGroup",
    "Sample",
    "Schedule",
    "Subscribe",
    "main",
]
