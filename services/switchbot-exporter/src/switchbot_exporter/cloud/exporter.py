"""Wiring of the cloud: client, quota, schedule, device list and reader of one account."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from exporter_kit.clock import Clock
from exporter_kit.feeds import Exporter, Poll, Value
from exporter_kit.start_error import CannotStartError
from home_model.config import CloudSource, Home
from home_model.load import load_home
from home_model.readings import Reading
from switchbot_exporter.cloud.budget import Budget
from switchbot_exporter.cloud.client import ApiAccess, open_client
from switchbot_exporter.cloud.devices import AccountDevices
from switchbot_exporter.cloud.parse import parse_status
from switchbot_exporter.cloud.quota import Quota, RemainingCalls, ResetTime, quota_document
from switchbot_exporter.cloud.schedule import CloudSchedule, Pause
from switchbot_exporter.cloud.settings import CloudSettings


@dataclass(frozen=True, slots=True)
class CloudFetcher:
    """Reads plugs through the cloud."""

    fetch_status: Callable[[str], Awaitable[Mapping[str, object]]]
    devices: AccountDevices
    now: Callable[[], datetime]

    async def read(self, source: CloudSource) -> Reading:
        """Return the state that the plug last sent to the cloud: seconds to a minute ago.

        Raises:
            SourceError: As `Client.fetch_status`, `AccountDevices.check` and `parse_status`.
        """
        await self.devices.check(source.id)
        body = await self.fetch_status(source.id)
        return parse_status(
            body,
            listed_type=self.devices.device_type(source.id),
            meter=source.channel,
            at=self.now(),
        )


@asynccontextmanager
async def open_cloud(
    settings: CloudSettings, clock: Clock | None = None
) -> AsyncGenerator[Exporter]:
    """Open the exporter of the settings' account, for as long as the block runs.

    Raises:
        ConfigError: The configuration file is not usable.
        CannotStartError: The state cannot be read or written.
    """
    clock = clock or Clock()
    quota = _open_quota(settings, load_home(settings.config_file), clock)
    schedule = _schedule(settings, quota, clock)
    try:
        async with open_client(_api_access(settings), schedule) as client:
            devices = AccountDevices(client.fetch_devices, clock.monotonic)
            fetcher = CloudFetcher(client.fetch_status, devices, clock.now)
            poll = Poll(CloudSource, fetcher.read, schedule, devices.compare)
            yield Exporter((poll,), lambda: account_samples(schedule))
    finally:
        with suppress(OSError):  # a block counted too much does no harm
            quota.close()


def account_samples(schedule: CloudSchedule) -> Iterator[Value]:
    """Yield the exporter's own metrics of the account: what remains, and what follows from it."""
    yield Value(
        "switchbot_api_requests_remaining",
        "gauge",
        f"Calls to the cloud left today, by {schedule.remaining.source()}.",
        schedule.remaining.shown_calls(),
    )
    yield Value(
        "switchbot_api_requests_limit",
        "gauge",
        "Calls to the cloud that the account may make a day (SWITCHBOT_DAILY_LIMIT).",
        schedule.budget.daily_limit,
    )
    yield Value(
        "switchbot_api_silence_seconds",
        "gauge",
        "Time until the cloud is asked again after it refused, or the quota was spent; else 0.",
        schedule.silence_seconds(),
    )


def _api_access(settings: CloudSettings) -> ApiAccess:
    return ApiAccess(
        base_url=str(settings.switchbot_base_url),
        token=settings.switchbot_token,
        secret=settings.switchbot_secret,
        deadline_seconds=settings.deadline_seconds,
    )


def _open_quota(settings: CloudSettings, home: Home, clock: Clock) -> Quota:
    reset = ResetTime(settings.reset_zone or home.zone, settings.switchbot_reset_hour)
    document = quota_document(settings.state_dir)
    try:
        return Quota(document, settings.switchbot_daily_limit, reset, clock.now)
    except OSError as error:
        message = f"STATE_DIR {settings.state_dir} cannot be used: {error.strerror}"
        raise CannotStartError(message) from None


def _schedule(settings: CloudSettings, quota: Quota, clock: Clock) -> CloudSchedule:
    budget = Budget(
        daily_limit=settings.switchbot_daily_limit,
        reserve=settings.switchbot_reserve,
        minimum_interval_ms=round(settings.poll_interval_seconds * 1000),
    )
    remaining = RemainingCalls(quota, settings.switchbot_remaining_header, clock.monotonic)
    return CloudSchedule(budget, remaining, Pause(clock.monotonic), clock.monotonic)
