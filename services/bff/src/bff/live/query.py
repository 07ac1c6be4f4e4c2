"""What the stream compares: the present values of every source."""

from bff.services import Services
from bff.victoriametrics.errors import VictoriaMetricsDownError, VictoriaMetricsRefusedError
from bff.victoriametrics.live import fetch_live

UNREADABLE = "unreadable"


def read_live(services: Services) -> object:
    """Fetch the present values; without an answer of VictoriaMetrics that itself is the value."""
    seconds = services.settings.silent_after_seconds
    try:
        return fetch_live(services.victoriametrics, services.home(), silent_after_seconds=seconds)
    except (VictoriaMetricsDownError, VictoriaMetricsRefusedError):
        return UNREADABLE
