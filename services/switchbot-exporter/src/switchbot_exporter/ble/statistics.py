"""What the radio received so far: which content repeats, how old it is, and how much there was."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from exporter_kit import Sample
from service_kit.clock import Clock
from switchbot_exporter.ble.parse import Advert

ADVERT_KINDS = ("changed", "repeated", "unreadable", "foreign")


@dataclass(slots=True)
class Statistics:
    """Outlives the scanners. Plugs go by their bare MAC, instants are monotonic seconds.

    Attributes:
        clock: Clock of the ages.
        adverts: Advertisements by kind.
        scanners: Scanners started.
        any_received_at: When the last advertisement of any device was received.
    """

    clock: Clock = field(default_factory=Clock)
    adverts: Counter[str] = field(default_factory=Counter)
    scanners: int = 0
    any_received_at: float = 0.0
    _last: dict[str, tuple[Advert, datetime]] = field(default_factory=dict)
    _received_at: dict[str, float] = field(default_factory=dict)

    def record(self, mac: str, advert: Advert, at: datetime) -> datetime:
        """Record an advertisement; return since when its content is the same.

        BlueZ also reports an advertisement when only its signal strength changed. It then confirms
        the old power: the sequence byte is the old one.
        """
        self._received_at[mac] = self.clock.monotonic()
        last, since = self._last.get(mac, (None, at))
        if advert == last:
            self.adverts["repeated"] += 1
            return since
        self.adverts["changed"] += 1
        self._last[mac] = (advert, at)
        return at

    def record_unreadable(self, mac: str) -> None:
        """Record an advertisement that cannot be parsed: the plug counts as not received."""
        self.adverts["unreadable"] += 1
        self._received_at.pop(mac, None)

    def age_seconds(self, mac: str) -> float | None:
        """Return how long ago a plug was received; None if never, or not since its last bad one."""
        at = self._received_at.get(mac)
        return None if at is None else self.clock.monotonic() - at

    def forget_received(self) -> None:
        """Forget every plug: the radio died."""
        self._received_at.clear()

    def samples(self) -> Iterable[Sample]:
        """Yield the exporter's own metrics of its radio."""
        for kind in ADVERT_KINDS:
            yield Sample(
                "switchbot_ble_adverts_total",
                "counter",
                "Adverts heard: of our plugs (changed, repeated, unreadable) and of others.",
                self.adverts[kind],
                {"kind": kind},
            )
        yield Sample(
            "switchbot_ble_scanners_total",
            "counter",
            "Scanners started: more than one means that the watchdog made a new one.",
            self.scanners,
        )
