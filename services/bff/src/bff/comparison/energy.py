"""What the counter of each source says of a stretch, by the ledger's rules."""

from bff.comparison.compare import Energies
from bff.ledger.history import read_history
from bff.ledger.ledger import Ledger
from bff.ledger.slots import NO_SAMPLES
from bff.reconcile.compare import source_days
from bff.stretch import Stretch


def energy_of_sources(
    ledger: Ledger, device: str, sources: tuple[str, str], stretch: Stretch
) -> Energies:
    """Micro-watt-hours of each source alone; None where its counter says nothing.

    Raises:
        VictoriaMetricsDown, VictoriaMetricsRefused: The counters could not be read.
    """
    found: dict[str, int | None] = {}
    for rules, counters in read_history(ledger, [device], stretch):
        for source, limits in zip(rules.sources, rules.limits, strict=True):
            counter = counters.get(source, NO_SAMPLES)
            (whole,) = source_days(counter, limits, [stretch.start_ms, stretch.end_ms])
            found[source] = whole.uwh
    return found.get(sources[0]), found.get(sources[1])
