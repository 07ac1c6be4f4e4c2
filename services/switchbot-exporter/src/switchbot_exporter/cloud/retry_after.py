"""The `Retry-After` header, in both of its forms."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 86_400.0


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait, at most a day; None when the header is absent or makes no sense."""
    if text is None:
        return None
    seconds = _seconds(text, now)
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_SECONDS)


def _seconds(text: str, now: datetime) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    # An HTTP date is always GMT; "-0000" parses as a naive datetime.
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (aware - now).total_seconds()
