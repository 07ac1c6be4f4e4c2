"""The `Retry-After` header (RFC 9110, 10.2.3), in either of its forms. Pure."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER_SECONDS = 86_400.0


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, at most a day.

    None when the header is absent or makes no sense.
    """
    if text is None:
        return None
    seconds = _retry_after_seconds(text, now)
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _retry_after_seconds(text: str, now: datetime) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter of a year of many digits
        return None
    # An HTTP date is always GMT; "-0000" parses as a naive datetime.
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (aware - now).total_seconds()
