"""What was heard so far, of all plugs: for telling news from repeats, and for the own metrics."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from exporter_kit import Sample
from service_kit.clock import Clock
from switchbot_exporter.ble.advert import Advert

KINDS = ("changed", "repeated", "unreadable", "foreign")


@dataclass(slots=True)
class Hearing:
    """Outlives the scanners. Plugs go by their bare MAC, instants are monotonic seconds."""

    clock: Clock = field(default_factory=Clock)
    adverts: Counter[str] = field(default_factory=Counter)
    scanners: int = 0
    anything_at: float = 0.0
    _said: dict[str, tuple[Advert, datetime]] = field(default_factory=dict)
    _heard_at: dict[str, float] = field(default_factory=dict)

    def note(self, mac: str, advert: Advert, at: datetime) -> datetime:
        """Take notice of an advert; gives since when the plug says the same.

        BlueZ also tells of an advert when only its strength changed. It then confirms the old
        power: the sequence byte is the old one.
        """
        self._heard_at[mac] = self.clock.monotonic()
        said, since = self._said.get(mac, (None, at))
        if advert == said:
            self.adverts["repeated"] += 1
            return since
        self.adverts["changed"] += 1
        self._said[mac] = (advert, at)
        return at

    def note_unreadable(self, mac: str) -> None:
        """Take notice of an advert that says nothing: the plug does not count as heard."""
        self.adverts["unreadable"] += 1
        self._heard_at.pop(mac, None)

    def age_seconds(self, mac: str) -> float | None:
        """How long ago a plug was last heard; None if never, or not since its last bad advert."""
        at = self._heard_at.get(mac)
        return None if at is None else self.clock.monotonic() - at

    def forget(self) -> None:
        """The radio died: no plug counts as heard."""
        self._heard_at.clear()

    def values(self) -> Iterable[Sample]:
        """The exporter's own metrics of its radio."""
        for kind in KINDS:
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
