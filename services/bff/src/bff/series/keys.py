"""Keys and values of a series, from the spellings that people and files use. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bff.db.tables import Series
from bff.energy import plain

MONTH = re.compile(r"(\d{4})[-/年.](\d{1,2})月?(分|度|分料金)?")
DAY = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?")
COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
AMOUNT = re.compile(r"(?P<sign>[-+]?)(?P<digits>\d+(\.\d+)?)(?P<unit>円|銭)?(/kWh)?")
# How suppliers write a sign; after NFKC, which makes full-width signs and digits plain.
MINUS = ("マイナス", "▲", "△", "−", "–", "‐", "ー", "-")  # noqa: RUF001 - as published
PLUS = ("プラス", "+")
SEN_PER_YEN = 100
NAME_LENGTH = 40
MAX_DIGITS = 20


class BadValueError(Exception):
    """A key or a value cannot be read; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A decimal, and whether a sign was written."""

    value: Decimal
    has_sign: bool


def parse_key(series: Series, text: str) -> str:
    """Return the key in its one spelling.

    Raises:
        BadValueError: It is no key of such a series.
    """
    plain_text = unicodedata.normalize("NFKC", text).strip()
    try:
        match series.period:
            case "month":
                return _month(plain_text)
            case "day":
                return parse_day(plain_text).isoformat()
            case _:
                return slot_key(_instant(plain_text), series.slot_minutes or 0)
    except ValueError:
        wanted = {"month": "2026-05", "day": "2026-05-11"}.get(
            series.period, "2026-05-11T00:30:00+09:00"
        )
        message = f"'{text}' is no {series.period} such as {wanted}"
        raise BadValueError(message) from None


def _month(text: str) -> str:
    found = MONTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return f"{date(int(found[1]), int(found[2]), 1):%Y-%m}"


def parse_day(text: str) -> date:
    """Return a day.

    Raises:
        ValueError: It is none.
    """
    found = DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def slot_key(at: datetime, slot_minutes: int) -> str:
    """Return the key of the slot that begins at an instant.

    Raises:
        ValueError: No slot begins then.
    """
    start = at.astimezone(UTC)
    if (start - datetime.min.replace(tzinfo=UTC)) % timedelta(minutes=slot_minutes):
        raise ValueError(at)
    return f"{start:%Y-%m-%dT%H:%MZ}"


def parse_value(series: Series, text: str) -> str:
    """Return a value in its one spelling: a plain decimal, of a series by day a name.

    Raises:
        BadValueError: It is none.
    """
    if series.period == "day":
        name = text.strip()
        if not 0 < len(name) <= NAME_LENGTH:
            message = f"a name of 1 to {NAME_LENGTH} characters is needed"
            raise BadValueError(message)
        return name
    return plain(parse_amount(text).value)


def parse_amount(text: str) -> Amount:
    """Return an amount as suppliers publish it, such as ▲8.93円 or 191銭.

    Raises:
        BadValueError: It is none.
    """
    written = unicodedata.normalize("NFKC", text).strip().replace(" ", "").replace(",", "")
    sign = ""
    for symbols, plain_sign in ((MINUS, "-"), (PLUS, "+")):
        for symbol in symbols:
            if not sign and written.startswith(unicodedata.normalize("NFKC", symbol)):
                normal = unicodedata.normalize("NFKC", symbol)
                sign, written = plain_sign, written.removeprefix(normal)
    found = AMOUNT.fullmatch(written)
    if found is None or found["sign"] or len(found["digits"]) > MAX_DIGITS:
        message = f"'{text}' is no amount such as -8.93"
        raise BadValueError(message)
    value = Decimal(found["digits"]) / (SEN_PER_YEN if found["unit"] == "銭" else 1)
    return Amount(-value if sign == "-" else value, bool(sign))


def unsigned_among_signed(amounts: Sequence[tuple[str, Amount]]) -> list[str]:
    """Return the keys of amounts without a sign, where others have one: a sign may be lost."""
    if not any(amount.has_sign for _, amount in amounts):
        return []
    return [key for key, amount in amounts if not amount.has_sign and amount.value]


def missing_keys(series: Series, keys: Sequence[str]) -> Iterator[str]:
    """Yield the months or days between the first key and the last that are not there."""
    if series.period == "slot" or not keys:
        return
    known, key = set(keys), keys[0]
    while key < keys[-1]:
        if key not in known:
            yield key
        key = _next_key(key)


def _next_key(key: str) -> str:
    if len(key) == len("2026-05"):
        return f"{date.fromisoformat(f'{key}-01') + timedelta(days=31):%Y-%m}"
    return (date.fromisoformat(key) + timedelta(days=1)).isoformat()
