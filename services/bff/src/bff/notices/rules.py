"""What needs attention, from the facts of one moment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bff.budgets.schemas import BudgetRow
from bff.cost.schemas import OverMeasured
from bff.db.tables import QUESTIONS, EventKind
from bff.energy import exact_kwh
from bff.http.schemas import PlaceRef
from bff.ledger_state.schemas import LedgerState
from bff.names import Names
from bff.notices.schemas import Notice, NoticeCode, Severity
from bff.overview.schemas import DeviceNotUp
from bff.prices.query import PriceSpan
from bff.prices.schemas import Direction
from bff.time_grid import in_zone, unix_milliseconds
from energy_rules.limits import MW_PER_W
from home_model.config import Device, Home

# The ledger follows within a minute; twice that is no longer usual.
MAX_LAG_SECONDS = 120
# Less than this left is over before a person has read it.
MIN_REBUILD_SECONDS = 2
# Those of k8s/apps/vmalert/rules/processes.yaml.
MIN_QUOTA_SHARE = 0.05
MAX_ARCHIVE_AGE_SECONDS = 26 * 3600
# Events of the house as a whole; all others are a device's.
HOUSE_KINDS: frozenset[EventKind] = frozenset({"bill_drift"})


@dataclass(frozen=True, slots=True)
class EventGroup:
    """The events of one kind of a device that a person has not answered.

    Attributes:
        since_ms: The beginning of the first, Unix milliseconds.
        at_ms: The end of the last.
        uwh: The energy at stake in all of them, micro-watt-hours.
        max_mw: The highest mean power, milliwatts; None where the kind has none.
    """

    device: str
    kind: EventKind
    source: str
    count: int
    since_ms: int
    at_ms: int
    uwh: int
    max_mw: int | None


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What other processes expose of themselves; None where nothing is known.

    Attributes:
        remaining_calls: Calls of the SwitchBot cloud that are left today.
        daily_calls: All calls of a day.
        archived_at: When a day was archived last.
        not_reloaded: The processes that use an older configuration than the file.
    """

    remaining_calls: int | None = None
    daily_calls: int | None = None
    archived_at: datetime | None = None
    not_reloaded: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that notices are made from.

    Attributes:
        names: Of every device, as the page shows them.
        not_up: The devices that are down or silent.
        over_measured: The meters whose rest is negative since `over_measured_since`.
        prices: Of each direction that the house needs.
        budgets: Of the open reading period.
        configuration_changed_at: The last change of the configuration file.
        rules_changed_at: When new rules of the ledger had changed the past; None if none did.
        victoriametrics_error: Why states are unknown; None when they are known.
        devices: Those of the configuration by their ids.
    """

    home: Home
    names: Mapping[str, Names]
    now: datetime
    not_up: Sequence[DeviceNotUp]
    over_measured: Sequence[OverMeasured]
    over_measured_since: datetime
    prices: Mapping[Direction, Sequence[PriceSpan]]
    events: Sequence[EventGroup]
    ledger: LedgerState
    processes: ProcessFacts
    configuration_changed_at: datetime | None
    rules_changed_at: datetime | None
    victoriametrics_error: str | None
    is_virtual: bool
    budgets: Sequence[BudgetRow] = ()
    devices: Mapping[str | None, Device] = field(init=False)

    def __post_init__(self) -> None:
        """Every device may have notices: it is not searched for in a list each time."""
        object.__setattr__(self, "devices", {each.device: each for each in self.home.devices})


def find_notices(facts: Facts) -> list[Notice]:
    """Return all notices; none of them is acknowledged yet."""
    return [
        *_of_house(facts),
        *(_not_up(facts, device) for device in facts.not_up),
        *_events(facts),
        *(_negative_rest(facts, each) for each in facts.over_measured),
        *_prices(facts),
        *_budgets(facts),
    ]


def _notice(  # noqa: PLR0913 - what every notice has
    facts: Facts,
    code: NoticeCode,
    severity: Severity,
    *,
    version: str,
    since: datetime | None = None,
    device: Device | None = None,
    subject: str = "",
    **amounts: object,
) -> Notice:
    subject = device.device if device else subject
    since = since and since.astimezone(facts.home.zone)
    return Notice.model_validate(
        {
            "id": f"{code}.{subject}" if subject else code,
            "version": version,
            "code": code,
            "severity": severity,
            "since": since,
            "age_seconds": since and max(0.0, (facts.now - since).total_seconds()),
            "place": device and _place(device),
            "name": device and facts.names[device.device],
            **amounts,
        }
    )


def _place(device: Device) -> PlaceRef:
    return PlaceRef(level="device", room=device.room, shelf=device.shelf, device=device.device)


def _version(at: datetime | None) -> str:
    return str(unix_milliseconds(at)) if at else "never"


def _day(facts: Facts) -> str:
    return facts.now.astimezone(facts.home.zone).date().isoformat()


def _of_house(facts: Facts) -> Iterator[Notice]:
    if facts.victoriametrics_error is not None:
        since = facts.ledger.looked_at
        yield _notice(facts, "victoriametrics_down", "error", version=_version(since), since=since)
    yield from _ledger(facts)
    if since := facts.rules_changed_at:
        yield _notice(facts, "rules_changed", "info", version=_version(since), since=since)
    yield from _processes(facts)
    if facts.is_virtual:
        yield _notice(facts, "virtual_home", "info", version=facts.home.house)


def _ledger(facts: Facts) -> Iterator[Notice]:
    """While VictoriaMetrics is down, that is the notice."""
    ledger, rebuild = facts.ledger, facts.ledger.rebuild
    if facts.victoriametrics_error is not None or ledger.victoriametrics_error is not None:
        return
    eta_seconds = rebuild.eta_seconds
    if rebuild.running and (eta_seconds is None or eta_seconds >= MIN_REBUILD_SECONDS):
        yield _notice(
            facts,
            "ledger_rebuilding",
            "info",
            version=_day(facts),
            progress=rebuild.progress,
            eta_seconds=eta_seconds,
        )
    if ledger.lag_seconds is not None and ledger.lag_seconds > MAX_LAG_SECONDS:
        since = ledger.looked_at
        yield _notice(facts, "ledger_behind", "warning", version=_version(since), since=since)


def _processes(facts: Facts) -> Iterator[Notice]:
    processes = facts.processes
    if processes.not_reloaded:
        yield _notice(
            facts,
            "configuration_not_reloaded",
            "warning",
            version=_version(facts.configuration_changed_at),
            since=facts.configuration_changed_at,
            processes=list(processes.not_reloaded),
        )
    left, daily = processes.remaining_calls, processes.daily_calls
    if left is not None and daily and left < MIN_QUOTA_SHARE * daily:
        yield _quota(facts, left, daily)
    archived_at = processes.archived_at
    if archived_at and (facts.now - archived_at).total_seconds() > MAX_ARCHIVE_AGE_SECONDS:
        yield _notice(
            facts, "archive_late", "warning", version=_version(archived_at), since=archived_at
        )


def _quota(facts: Facts, remaining_calls: int, daily_calls: int) -> Notice:
    """A new day, or that none is left any more, is another notice."""
    return _notice(
        facts,
        "quota_low",
        "warning" if remaining_calls else "error",
        version=f"{_day(facts)} {'low' if remaining_calls else 'spent'}",
        remaining_calls=remaining_calls,
        daily_calls=daily_calls,
    )


def _not_up(facts: Facts, not_up: DeviceNotUp) -> Notice:
    code: NoticeCode = "device_down" if not_up.state == "down" else "device_silent"
    return _notice(
        facts,
        code,
        "warning",
        version=_version(not_up.since),
        since=not_up.since,
        device=facts.devices.get(not_up.device),
        energy_kwh=not_up.usual_kwh,
    )


def _events(facts: Facts) -> Iterator[Notice]:
    for group in facts.events:
        device = facts.devices.get(group.device)
        if device is None and group.kind not in HOUSE_KINDS:
            continue  # it left the configuration: its page is not reached from the house
        is_question = group.kind in QUESTIONS
        yield _notice(
            facts,
            group.kind,
            "error" if group.kind == "over_rating" else "warning",
            version=f"{group.count} {group.at_ms}",
            since=in_zone(group.since_ms, facts.home.zone),
            device=device,
            source=group.source,
            events=group.count,
            energy_kwh=exact_kwh(group.uwh) if is_question else None,
            max_power_watts=None if group.max_mw is None else group.max_mw / MW_PER_W,
        )


def _negative_rest(facts: Facts, over: OverMeasured) -> Notice:
    """One that goes on for longer than a month is another notice: it was not mended."""
    since = facts.over_measured_since
    return _notice(
        facts,
        "negative_rest",
        "warning",
        version=_day(facts)[: len("2026-03")],
        since=since,
        device=facts.devices.get(over.device),
        energy_kwh=over.over_measured_kwh,
    )


def _prices(facts: Facts) -> Iterator[Notice]:
    now_ms = unix_milliseconds(facts.now)
    for direction, spans in facts.prices.items():
        if any(s.from_ms <= now_ms and (s.to_ms is None or now_ms < s.to_ms) for s in spans):
            continue
        ended_ms = max((s.to_ms for s in spans if s.to_ms and s.to_ms <= now_ms), default=None)
        since = None if ended_ms is None else in_zone(ended_ms, facts.home.zone)
        yield _notice(
            facts,
            "missing_price",
            "warning",
            version=_version(since),
            since=since,
            subject=direction,
            direction=direction,
        )


def _budgets(facts: Facts) -> Iterator[Notice]:
    """A budget that is passed is another notice than one that the forecast passes."""
    codes: dict[str, NoticeCode] = {"over": "budget_passed", "forecast_over": "budget_forecast"}
    for budget in facts.budgets:
        device = facts.devices.get(budget.device)
        if budget.state not in codes or (budget.device and device is None):
            continue  # within, or of a device that left the configuration
        yield _notice(
            facts,
            codes[budget.state],
            "warning",
            version=f"{budget.month} {budget.amount}",
            device=device,
            budget=budget,
        )
