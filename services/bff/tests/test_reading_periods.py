"""Which days a bill covers: real reading dates, and a day of the month where there are none."""

from datetime import date

from bff.contracts.document import ContractDocument
from bff.contracts.period import Period
from bff.contracts.timeline import Agreed, parts_of
from bff.readings.periods import Readings, periods_within

JUNE = Period(date(2026, 5, 11), date(2026, 6, 10))


def days(year: int, *each: tuple[int, int]) -> tuple[date, ...]:
    return tuple(date(year, month, day) for month, day in each)


def first_days(readings: Readings, first: date, end: date) -> list[date]:
    return [period.first_day for period in periods_within(readings, first, end)]


def test_the_list_holds_and_the_rule_fills_what_it_leaves_open() -> None:
    """Before and after the list, and where it has a hole; never two readings of one month."""
    readings = Readings(days(2026, (4, 13), (5, 12), (8, 11)), 11)
    found = first_days(readings, date(2026, 3, 1), date(2026, 10, 1))
    assert found == list(
        days(2026, (2, 11), (3, 11), (4, 13), (5, 12), (6, 11), (7, 11), (8, 11), (9, 11))
    )


def test_a_list_alone_has_no_period_beyond_it() -> None:
    """Where the next reading is not known there is no bill."""
    readings = Readings(days(2026, (4, 13), (7, 12)), None)
    assert periods_within(readings, date(2026, 1, 1), date(2027, 1, 1)) == [
        Period(*days(2026, (4, 13), (7, 12)))
    ]


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    """The 31st in February."""
    found = first_days(Readings((), 31), date(2026, 2, 1), date(2026, 4, 1))
    assert found == list(days(2026, (1, 31), (2, 28), (3, 31)))


def document(valid_from: str | None = None) -> ContractDocument:
    return ContractDocument.model_validate(
        {
            "kwh": {"round": "none"},
            "lines": [{"name": "energy", "kind": "energy", "price": "30"}],
            "total": {"round": "none"},
            "valid_from": valid_from,
        }
    )


def cut(*contracts: Agreed) -> list[tuple[int, date, date, bool, str]]:
    return [
        (
            each.agreed.contract_id,
            each.part.first_day,
            each.part.end_day,
            each.part.is_cut,
            each.part.month,
        )
        for each in parts_of(JUNE, contracts)
    ]


def test_a_contract_from_a_date_cuts_the_period() -> None:
    """Both parts bear the period's month."""
    old, new = Agreed(1, "old", document()), Agreed(2, "new", document("2026-06-01"))
    assert cut(new, old) == [
        (1, date(2026, 5, 11), date(2026, 6, 1), True, "2026-06"),
        (2, date(2026, 6, 1), date(2026, 6, 10), True, "2026-06"),
    ]


def test_a_contract_from_a_bill_month_has_the_whole_period() -> None:
    """That of June begins in May; the bill of June has not begun in that of July."""
    old, new = Agreed(1, "old", document()), Agreed(2, "new", document("2026-06"))
    assert cut(old, new) == [(2, JUNE.first_day, JUNE.end_day, False, "2026-06")]
    later = Agreed(2, "new", document("2026-07"))
    assert cut(old, later) == [(1, JUNE.first_day, JUNE.end_day, False, "2026-06")]


def test_a_contract_that_ends_leaves_days_without_one() -> None:
    """A house that was moved out of: the last part is cut, nothing follows."""
    ended = Agreed(1, "old", document(), valid_to=date(2026, 5, 21))
    assert cut(ended) == [(1, JUNE.first_day, date(2026, 5, 21), True, "2026-05")]


def test_without_a_contract_there_is_no_part() -> None:
    """Also while the first one has not begun."""
    assert cut() == []
    assert cut(Agreed(1, "new", document("2026-06-10"))) == []
