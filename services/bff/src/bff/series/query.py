"""Select and save series. Every write happens in one serialised transaction and is recorded."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bff.db.revisions import Author, State, record
from bff.db.tables import Series, SeriesValue
from bff.series.keys import BadValueError, parse_key, parse_value
from bff.series.schemas import SeriesInput, ValueChange
from service_kit.problems import ProblemError, not_found, wrong_input

KEYS_AT_ONCE = 500

type NewValues = Mapping[str, str | None]


def select_series_names(session: Session) -> set[str]:
    """Select the names of all series."""
    return set(session.scalars(select(Series.series)))


def select_all_series(session: Session) -> Sequence[Series]:
    """Select every series by name."""
    return session.scalars(select(Series).order_by(Series.series)).all()


def select_series(session: Session, name: str) -> Series:
    """Select one series.

    Raises:
        ProblemError: 404.
    """
    row = session.get(Series, name)
    if row is None:
        known = list(session.scalars(select(Series.series).order_by(Series.series).limit(20)))
        raise not_found(name, what="series", known=known)
    return row


def select_keys(session: Session, name: str) -> Sequence[str]:
    """Select the keys of a series in order."""
    wanted = select(SeriesValue.key).where(SeriesValue.series == name).order_by(SeriesValue.key)
    return session.scalars(wanted).all()


def count_values(session: Session, name: str) -> int:
    """Return how many values a series has."""
    wanted = select(func.count()).select_from(SeriesValue).where(SeriesValue.series == name)
    return session.scalar(wanted) or 0


def select_values(
    session: Session, name: str, from_key: str = "", to_key: str = "~", limit: int | None = None
) -> dict[str, str]:
    """Select the values of a series with keys in [from_key, to_key), in order."""
    wanted = (
        select(SeriesValue.key, SeriesValue.value)
        .where(SeriesValue.series == name, SeriesValue.key >= from_key, SeriesValue.key < to_key)
        .order_by(SeriesValue.key)
        .limit(limit)
    )
    return {row.key: row.value for row in session.execute(wanted)}


def select_rates(session: Session) -> dict[str, dict[str, Decimal]]:
    """Select all monthly rates, by series and month."""
    rates: dict[str, dict[str, Decimal]] = {}
    monthly = select(Series.series).where(Series.period == "month")
    rows = select(SeriesValue).where(SeriesValue.series.in_(monthly))
    for row in session.scalars(rows):
        rates.setdefault(row.series, {})[row.key] = Decimal(row.value)
    return rates


def save_series(session: Session, name: str, wanted: SeriesInput, author: Author) -> Series:
    """Make a series, or change what it is.

    Raises:
        ProblemError: 409, it has values of another kind.
    """
    row = session.get(Series, name)
    # What is new has no values: a state that was undone must not take later ones with it.
    before, empty = _description(row), {} if row else {"values": {}}
    if row is not None and count_values(session, name):
        same = (row.period, row.slot_minutes) == (wanted.period, wanted.slot_minutes)
        if not same:
            raise ProblemError(
                409,
                "series-has-values",
                f"Series '{name}' has values by {row.period}.",
                what_to_do="Choose another name, or delete the series first.",
                conflicts_with=name,
            )
    if row is None:
        row = Series(series=name)
        session.add(row)
    row.period, row.slot_minutes, row.note = wanted.period, wanted.slot_minutes, wanted.note
    session.flush()
    record(session, author, "series", name, (before, {**(_description(row) or {}), **empty}))
    return row


def delete_series(session: Session, name: str, author: Author) -> None:
    """Delete a series with its values.

    Raises:
        ProblemError: 404.
    """
    row = select_series(session, name)
    before = series_state(session, name, None)
    session.execute(delete(SeriesValue).where(SeriesValue.series == name))
    session.delete(row)
    session.flush()
    record(session, author, "series", name, (before, None))


def parsed_values(series: Series, values: NewValues) -> dict[str, str | None]:
    """Return values by the one spelling of their keys.

    Raises:
        ProblemError: 422, a key or a value cannot be read.
    """
    try:
        return {
            parse_key(series, key): None if value is None else parse_value(series, value)
            for key, value in values.items()
        }
    except BadValueError as error:
        raise bad_value(error, "body.values") from None


def bad_value(error: BadValueError, where: str) -> ProblemError:
    """Return 422 for what cannot be read."""
    return wrong_input(f"{error}", where=where, what_to_do="Correct it and send it again.")


def changes_of(session: Session, name: str, wanted: NewValues) -> list[ValueChange]:
    """Return what differs between stored and wanted values."""
    stored = _stored(session, name, list(wanted))
    return [
        ValueChange(key=key, old=stored.get(key), new=value)
        for key, value in sorted(wanted.items())
        if stored.get(key) != value
    ]


def save_values(
    session: Session, name: str, changes: Sequence[ValueChange], author: Author
) -> None:
    """Save changed values and record what they were."""
    _write(session, name, {change.key: change.new for change in changes})
    before = {"values": {change.key: change.old for change in changes}}
    after = {"values": {change.key: change.new for change in changes}}
    record(session, author, "series", name, (before, after))


def _stored(session: Session, name: str, keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for first in range(0, len(keys), KEYS_AT_ONCE):
        part = keys[first : first + KEYS_AT_ONCE]
        rows = session.execute(
            select(SeriesValue.key, SeriesValue.value).where(
                SeriesValue.series == name, SeriesValue.key.in_(part)
            )
        )
        found |= {row.key: row.value for row in rows}
    return found


def _write(session: Session, name: str, values: NewValues) -> None:
    keys = list(values)
    for first in range(0, len(keys), KEYS_AT_ONCE):
        part = keys[first : first + KEYS_AT_ONCE]
        session.execute(
            delete(SeriesValue).where(SeriesValue.series == name, SeriesValue.key.in_(part))
        )
    session.add_all(
        SeriesValue(series=name, key=key, value=value)
        for key, value in values.items()
        if value is not None
    )
    session.flush()


def _description(row: Series | None) -> State:
    if row is None:
        return None
    return {"period": row.period, "slot_minutes": row.slot_minutes, "note": row.note}


def series_state(session: Session, name: str, like: State) -> State:
    """Return the present state of a series in the form of a recorded one.

    Args:
        session: The database.
        name: The series.
        like: A recorded state: of some values, or of what the series is; None for all there is.
    """
    if like is not None and "values" in like and "period" not in like:
        keys = list(like["values"])
        stored = _stored(session, name, keys)
        return {"values": {key: stored.get(key) for key in keys}}
    row = session.get(Series, name)
    described = _description(row)
    if described is None or (like is not None and "values" not in like):
        return described
    return {**described, "values": select_values(session, name)}


def restore_series(session: Session, name: str, state: State) -> None:
    """Write a recorded state.

    Raises:
        ProblemError: 404, the values' series is not there.
    """
    if state is None:
        session.execute(delete(SeriesValue).where(SeriesValue.series == name))
        session.execute(delete(Series).where(Series.series == name))
        return
    if "period" in state:
        session.merge(Series(series=name, **{key: state[key] for key in _DESCRIBED}))
        session.flush()
    elif session.get(Series, name) is None:
        select_series(session, name)
    _write(session, name, state.get("values", {}))


_DESCRIBED = ("period", "slot_minutes", "note")
