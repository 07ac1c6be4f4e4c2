"""What runs: an exporter under its name, with its settings."""

from dataclasses import dataclass

from exporter_kit.feeds import Exporter
from exporter_kit.settings import ExporterSettings


@dataclass(frozen=True, slots=True)
class Program:
    """`name` is the distribution's; the state file is called after it."""

    name: str
    version: str
    settings: ExporterSettings
    exporter: Exporter
