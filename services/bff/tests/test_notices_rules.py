"""What becomes a notice, and when one has changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bff.budgets.schemas import BudgetRow
from bff.cost.schemas import OverMeasured, Suspect
from bff.ledger_state.schemas import LedgerState, RebuildState
from bff.names import Names
from bff.notices.response import ordered
from bff.notices.rules import EventGroup, Facts, ProcessFacts, find_notices
from bff.notices.schemas import Notice
from home_model.load import load_home

NOW = datetime(2026, 3, 10, 3, 7, tzinfo=UTC)


@pytest.fixture
def facts(home_file: Path) -> Facts:
    """A house in which everything is well."""
    home = load_home(home_file)
    well = LedgerState(
        closed_until=NOW,
        looked_at=NOW,
        lag_seconds=10,
        dirty_slots=0,
        fully_counted=True,
        victoriametrics_error=None,
        rebuild=RebuildState(running=False, progress=1, eta_seconds=0),
    )
    return Facts(
        home=home,
        names={each.device: Names(ja=each.device, en=each.device) for each in home.devices},
        now=NOW,
        not_up=[],
        over_measured=[],
        over_measured_since=NOW - timedelta(days=1),
        prices={},
        events=[],
        ledger=well,
        processes=ProcessFacts(),
        configuration_changed_at=None,
        rules_changed_at=None,
        victoriametrics_error=None,
        is_virtual=False,
    )


def ids(facts: Facts) -> list[str]:
    return [notice.id for notice in find_notices(facts)]


def only(facts: Facts) -> Notice:
    [notice] = find_notices(facts)
    return notice


def test_where_all_is_well_there_is_none(facts: Facts) -> None:
    """Plenty of calls are left, and the archive is of tonight."""
    fine = ProcessFacts(9_000, 10_000, NOW - timedelta(hours=9))
    assert ids(replace(facts, processes=fine)) == []


def test_a_ledger_is_behind_after_two_minutes(facts: Facts) -> None:
    """Since it last looked; while VictoriaMetrics is down, that is the notice."""
    late = facts.ledger.model_copy(update={"lag_seconds": 121, "looked_at": NOW})
    assert only(replace(facts, ledger=late)).id == "ledger_behind"
    assert ids(replace(facts, ledger=late, victoriametrics_error="refused")) == [
        "victoriametrics_down"
    ]
    nearly = facts.ledger.model_copy(update={"lag_seconds": 119})
    assert ids(replace(facts, ledger=nearly)) == []


def test_a_rebuild_has_its_progress(facts: Facts) -> None:
    """Not one that is over before it is read."""

    def rebuilding(eta_seconds: float | None) -> Facts:
        rebuild = RebuildState(running=True, progress=0.4, eta_seconds=eta_seconds)
        return replace(facts, ledger=facts.ledger.model_copy(update={"rebuild": rebuild}))

    assert (only(rebuilding(None)).progress, only(rebuilding(30)).eta_seconds) == (0.4, 30)
    assert ids(rebuilding(1)) == []


def test_the_last_call_of_a_day_is_graver(facts: Facts) -> None:
    """And another notice: who acknowledged the first is told of it."""
    low = only(replace(facts, processes=ProcessFacts(499, 10_000)))
    spent = only(replace(facts, processes=ProcessFacts(0, 10_000)))
    assert (low.severity, spent.severity) == ("warning", "error")
    assert low.version != spent.version
    assert ids(replace(facts, processes=ProcessFacts(500, 10_000))) == []


def test_more_than_the_rated_power_is_the_gravest(facts: Facts) -> None:
    """A further event is another version; one of a device that left is none."""
    group = EventGroup("a", "over_rating", "cloud", 2, 0, 900_000, 5, 1_700_000)
    notice = only(replace(facts, events=[group]))
    assert (notice.severity, notice.max_power_watts, notice.energy_kwh) == ("error", 1700, None)
    more = only(replace(facts, events=[replace(group, count=3)]))
    assert more.version != notice.version
    assert ids(replace(facts, events=[replace(group, device="sold")])) == []


def test_a_bill_that_drifts_is_about_the_house(facts: Facts) -> None:
    """Its event has no device of the configuration."""
    drift = EventGroup("house", "bill_drift", "supplier", 1, 0, 900_000, 5, None)
    notice = only(replace(facts, events=[drift]))
    assert (notice.id, notice.place) == ("bill_drift", None)


def test_a_budget_is_a_notice_when_it_is_passed_and_when_the_forecast_passes_it(
    facts: Facts,
) -> None:
    """Of the house without a device; one that is kept is none; a larger one is another notice."""
    house = BudgetRow(
        device=None,
        month="2026-03",
        amount="9000",
        currency="JPY",
        first_day=None,
        end_day=None,
        spent="6000",
        expected="9500",
        state="forecast_over",
    )
    kept = house.model_copy(update={"device": "b", "state": "within"})
    passed = house.model_copy(update={"device": "a", "state": "over"})
    sold = house.model_copy(update={"device": "sold", "state": "over"})
    of_house, of_device = find_notices(replace(facts, budgets=[house, kept, passed, sold]))
    assert (of_house.id, of_house.place, of_house.budget) == ("budget_forecast", None, house)
    assert (of_device.id, of_device.severity) == ("budget_passed.a", "warning")
    larger = house.model_copy(update={"amount": "9400"})
    assert only(replace(facts, budgets=[larger])).version != of_house.version


def test_new_rules_that_changed_the_past_are_a_notice(facts: Facts) -> None:
    """Once acknowledged it stays away until there are newer rules."""
    notice = only(replace(facts, rules_changed_at=NOW - timedelta(hours=1)))
    assert (notice.id, notice.severity, notice.age_seconds) == ("rules_changed", "info", 3600)
    later = only(replace(facts, rules_changed_at=NOW))
    assert later.version != notice.version


def test_a_negative_rest_of_the_house_has_no_device(facts: Facts) -> None:
    """That of a meter has."""
    suspects = [Suspect(device="b", reason="wrong_upstream")]
    over = [
        OverMeasured(device=device, over_measured_kwh="0.2", suspects=suspects)
        for device in (None, "a")
    ]
    house, meter = find_notices(replace(facts, over_measured=over))
    assert (house.id, house.place) == ("negative_rest", None)
    assert (meter.id, meter.energy_kwh) == ("negative_rest.a", "0.2")


def test_the_gravest_is_first_and_then_the_newest(facts: Facts) -> None:
    """What has no beginning is after what has one."""
    old, new = (EventGroup("a", "stuck", "cloud", 1, at, at, 0, None) for at in (0, 86_400_000))
    events = [old, replace(new, device="b"), replace(old, device="c", kind="over_rating")]
    found = find_notices(replace(facts, events=events, is_virtual=True))
    assert [each.id for each in ordered(found)] == [
        "over_rating.c",
        "stuck.b",
        "stuck.a",
        "virtual_home",
    ]
