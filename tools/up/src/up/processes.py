"""Every process of a home."""

from home_model.config import Home
from up.emulators import emulators
from up.exporters import exporters
from up.house import sources_of
from up.process import Process
from up.servers import bff, page, victoria_metrics
from up.settings import Settings


def processes(settings: Settings, home: Home) -> tuple[Process, ...]:
    """Return every process of this home, in the order of the data flow."""
    configured = sources_of(home)
    emulated = emulators(settings, configured)
    return (
        victoria_metrics(settings),
        # One process may be several emulators.
        *{each.process.name: each.process for each in emulated}.values(),
        *exporters(settings, configured, emulated),
        bff(settings),
        page(settings),
    )
