"""Fetch the facts behind notices; select, save and delete acknowledgements."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bff.budgets.query import fetch_months, select_current_budgets
from bff.budgets.response import budget_row
from bff.budgets.schemas import BudgetRow
from bff.changes.query import select_changed_at
from bff.cost.query import CostQuery, fetch_cost, group
from bff.cost.response import meter_notes
from bff.cost.schemas import OverMeasured
from bff.db.tables import EventAnswer, LedgerEvent, NoticeAcknowledgement
from bff.device_meta.query import select_all_meta
from bff.energy import EXPORTED_SUFFIX
from bff.ledger.events import OPEN_KINDS
from bff.ledger.ledger import LedgerStaleError
from bff.ledger_state.response import ledger_state
from bff.names import Names, full_names
from bff.notices.rules import EventGroup, Facts, ProcessFacts
from bff.notices.schemas import AcknowledgementInput, Notice
from bff.overview.query import fetch_usual_watts
from bff.overview.response import devices_not_up
from bff.overview.schemas import DeviceNotUp
from bff.places.query import PresentStates, fetch_present_states, fetch_states
from bff.prices.query import PriceSpan, select_price_spans
from bff.prices.schemas import Direction
from bff.register.register import HOUSE, Register
from bff.services import Services
from bff.time_grid import DAY_MS, in_zone, instant, midnight, slot_start, unix_milliseconds
from bff.victoriametrics.errors import VictoriaMetricsDownError
from bff.victoriametrics.parse import InstantSeries, parse_instant
from home_model.config import Home, Name
from service_kit.problems import ProblemError, not_found

# As far back as the last reading of a device is looked for.
EVENTS_MS = 31 * DAY_MS
ARCHIVES = "14d"


def fetch_facts(services: Services, known: PresentStates | None = None) -> Facts:
    """Fetch everything that notices are made from; what is not available is left out.

    Args:
        services: Of this process.
        known: The states of devices, where they are fetched already.
    """
    register, now = services.register.current(), services.now()
    home = register.home
    processes, not_up, error = ProcessFacts(), list[DeviceNotUp](), None
    try:
        not_up = _fetch_not_up(services, home, now, known)
        processes = _fetch_processes(services)
    except VictoriaMetricsDownError as problem:
        error = str(problem)
    yesterday = now.astimezone(home.zone).date() - timedelta(days=1)
    since_ms = midnight(yesterday, home.zone)
    prices = _select_prices(services, home)
    # From a slot's start: the same question, answered once, until the database changes.
    notices_since_ms = slot_start(unix_milliseconds(now)) - EVENTS_MS
    return Facts(
        home=home,
        names=_names(services, home),
        now=now,
        not_up=not_up,
        over_measured=_fetch_over_measured(services, register, prices["import"], since_ms, now),
        over_measured_since=in_zone(since_ms, home.zone),
        prices=prices,
        events=services.cached(select_event_groups, notices_since_ms),
        ledger=ledger_state(services.ledger, home.zone),
        processes=_with_own(services, processes),
        configuration_changed_at=_changed_at(services),
        victoriametrics_error=error,
        rules_changed_at=services.cached(select_changed_at),
        is_virtual=services.settings.virtual_home,
        budgets=_fetch_budgets(services, register),
    )


def _fetch_not_up(
    services: Services, home: Home, now: datetime, known: PresentStates | None
) -> list[DeviceNotUp]:
    known = known or fetch_present_states(services, home)
    not_up = {state.device for state in known.states if state.state != "up"}
    devices = [device for device in home.devices if device.device in not_up]
    states = fetch_states(services, home, devices, with_last_reading=True, present=known.present)
    watts: Mapping[str, float | None] = {}
    with suppress(LedgerStaleError):
        watts = fetch_usual_watts(
            services, [each.device for each in devices], unix_milliseconds(now)
        )
    return devices_not_up(states, watts)


def _fetch_over_measured(
    services: Services,
    register: Register,
    spans: Sequence[PriceSpan],
    since_ms: int,
    now: datetime,
) -> Sequence[OverMeasured]:
    """Fetch the meters of the house whose rest is negative; none where that is not known now."""
    devices = register.home.devices
    if all(each.upstream is None and each.kind == "load" for each in devices):
        return ()  # nothing is behind anything
    until_ms = max(slot_start(unix_milliseconds(now)), since_ms + DAY_MS)
    grouping = group(register, CostQuery(HOUSE, since_ms, until_ms), register.home.zone)
    try:
        table = fetch_cost(services.energy_between, grouping, spans, until_ms)
    except (LedgerStaleError, VictoriaMetricsDownError):
        return ()
    return meter_notes(table.notes)["over_measured"]


def _fetch_budgets(services: Services, register: Register) -> Sequence[BudgetRow]:
    """Fetch the budgets of the open reading period; none where its energy is not known now."""
    budgets = select_current_budgets(services, register)
    try:
        months = list(fetch_months(services, register, budgets))
    except (LedgerStaleError, VictoriaMetricsDownError):
        return ()
    return [budget_row(month, register.home.currency) for month in months]


def _fetch_processes(services: Services) -> ProcessFacts:
    """Fetch what the newest scrape of each process and the newest archive show."""
    query = (
        "union(switchbot_api_requests_remaining, switchbot_api_requests_limit,"
        " exporter_config_last_reload_successful == 0, label_set(max(last_over_time("
        f'archive_last_success_timestamp_seconds[{ARCHIVES}])), "__name__", "archived"))'
    )
    found = parse_instant(services.victoriametrics.fetch("/api/v1/query", {"query": query}))
    by_name: dict[str, list[InstantSeries]] = {}
    for series in found:
        by_name.setdefault(series.metric.get("__name__", ""), []).append(series)
    left, daily = (
        # Several processes with one account count alike; the lowest is the most careful.
        min((int(each.value[1]) for each in by_name.get(name, [])), default=None)
        for name in ("switchbot_api_requests_remaining", "switchbot_api_requests_limit")
    )
    archived = next((each.value[1] for each in by_name.get("archived", [])), None)
    jobs = {
        each.metric.get("job", "")
        for each in by_name.get("exporter_config_last_reload_successful", [])
    }
    archived_at = None if archived is None else datetime.fromtimestamp(archived, UTC)
    return ProcessFacts(left, daily, archived_at, sorted(jobs))


def _with_own(services: Services, processes: ProcessFacts) -> ProcessFacts:
    """Add this process where its own configuration is not the newest one."""
    if services.config.last_load_good:
        return processes
    return ProcessFacts(
        processes.remaining_calls,
        processes.daily_calls,
        processes.archived_at,
        ["bff", *processes.not_reloaded],
    )


def _changed_at(services: Services) -> datetime | None:
    try:
        return datetime.fromtimestamp(services.settings.config_file.stat().st_mtime, UTC)
    except OSError:
        return None


def _select_prices(services: Services, home: Home) -> dict[Direction, Sequence[PriceSpan]]:
    """Select the prices of what is used, and of what is sold where a meter measures that."""
    prices: dict[Direction, Sequence[PriceSpan]] = {
        "import": services.cached(select_price_spans, home.currency)
    }
    if any(device.kind in {"grid", "grid_export"} for device in home.devices):
        prices["export"] = services.cached(select_price_spans, home.currency, "export")
    return prices


def _names(services: Services, home: Home) -> dict[str, Names]:
    meta = services.cached(select_all_meta)
    return {
        device.device: full_names(
            device.device,
            *(Name(ja=row.name_ja, en=row.name_en) for row in [meta.get(device.device)] if row),
            device.name,
        )
        for device in home.devices
    }


def select_event_groups(session: Session, notices_since_ms: int) -> list[EventGroup]:
    """Select events without answer by device and kind: all open ones, and new notices."""
    counted = LedgerEvent.kind.in_(OPEN_KINDS)
    device = func.replace(LedgerEvent.device, EXPORTED_SUFFIX, "")
    rows = session.execute(
        select(
            device,
            LedgerEvent.kind,
            func.max(LedgerEvent.source),
            func.count(),
            func.min(LedgerEvent.since_unix_ms),
            func.max(LedgerEvent.at_unix_ms),
            func.sum(LedgerEvent.uwh),
            func.max(LedgerEvent.max_mw),
        )
        .where(
            LedgerEvent.id.not_in(select(EventAnswer.id)),
            or_(counted, LedgerEvent.at_unix_ms >= notices_since_ms),
        )
        .group_by(device, LedgerEvent.kind)
    )
    return [
        EventGroup(device, kind, source, count, since_ms, at_ms, int(uwh), max_mw)
        for device, kind, source, count, since_ms, at_ms, uwh, max_mw in rows
    ]


def select_acknowledgements(session: Session) -> Mapping[str, NoticeAcknowledgement]:
    """Select every row by the id of its notice."""
    return {row.notice: row for row in session.scalars(select(NoticeAcknowledgement))}


def find_notice(notices: Sequence[Notice], notice_id: str) -> Notice:
    """Return the notice with this id.

    Raises:
        ProblemError: 404, there is none now.
    """
    found = next((notice for notice in notices if notice.id == notice_id), None)
    if found is None:
        raise not_found(notice_id, what="notice", known=[notice.id for notice in notices])
    return found


def save_acknowledgement(
    session: Session,
    notice: Notice,
    wanted: AcknowledgementInput,
    acknowledged_by: str | None,
    now: datetime,
) -> NoticeAcknowledgement:
    """Save that a version of a notice was seen; the first to see it stays.

    Raises:
        ProblemError: 409, the notice has changed since.
    """
    if wanted.version != notice.version:
        raise ProblemError(
            409,
            "notice-changed",
            f"Notice {notice.id} has changed since: its version is {notice.version!r}.",
            what_to_do="Read it again, and acknowledge what it is now.",
            conflicts_with=notice.id,
        )
    row = session.get(NoticeAcknowledgement, notice.id)
    if row is not None and row.version == notice.version:
        return row
    return session.merge(
        NoticeAcknowledgement(
            notice=notice.id,
            version=notice.version,
            acknowledged_by=acknowledged_by,
            # As it is stored, to the millisecond.
            acknowledged_at=instant(unix_milliseconds(now)),
        )
    )


def delete_acknowledgement(session: Session, notice_id: str) -> None:
    """Delete an acknowledgement: its notice is shown again.

    Raises:
        ProblemError: 404, there is none.
    """
    row = session.get(NoticeAcknowledgement, notice_id)
    if row is None:
        known = list(session.scalars(select(NoticeAcknowledgement.notice).limit(20)))
        raise not_found(notice_id, what="acknowledged notice", known=known)
    session.delete(row)
