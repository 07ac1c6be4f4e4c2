"""The exporter's own metrics of the account: what remains, and what follows from it."""

from collections.abc import Iterator

from exporter_kit import Sample
from switchbot_exporter.cloud.pace import CloudPace


def values_of(pace: CloudPace) -> Iterator[Sample]:
    """One sample each."""
    yield Sample(
        "switchbot_api_requests_remaining",
        "gauge",
        f"Calls to the cloud left today, by {pace.remaining.source()}.",
        pace.remaining.shown_calls(),
    )
    yield Sample(
        "switchbot_api_requests_limit",
        "gauge",
        "Calls to the cloud that the account may make a day (SWITCHBOT_DAILY_LIMIT).",
        pace.budget.daily_limit,
    )
    yield Sample(
        "switchbot_api_silence_seconds",
        "gauge",
        "Time until the cloud is asked again after it refused, or the quota was spent; else 0.",
        pace.silence_seconds(),
    )
