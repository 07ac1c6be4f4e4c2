"""The header by which a server asks to wait."""

from datetime import UTC, datetime

import pytest

from service_kit.retry_after import parse_retry_after

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("1e12", 86_400.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90.0),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90.0),
        ("Saturday, 21-Nov-26 12:01:30 GMT", 90.0),
        ("Sat Nov 21 12:01:30 2026", 90.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2099 12:00:00 GMT", 86_400.0),
        ("Sat, 99 Nov 2026 12:00:00 GMT", None),
        ("Sat, 21 Nov 99999999999 12:00:00 GMT", None),
        ("Sat, 21 Nov 2026 12:00:00 +99999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_of_at_most_a_day(
    text: str | None, seconds: float | None
) -> None:
    """All three forms of a date (RFC 9110, 5.6.7); no answer can silence us for longer."""
    assert parse_retry_after(text, NOW) == seconds
