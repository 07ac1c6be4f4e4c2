"""Wiring of the cloud: client, quota, schedule, device list and reader of one account."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from exporter_kit import Exporter, PollGroup, Sample
from home_model.config import Home
from home_model.errors import SourceError
from home_model.load import load_home
from home_model.readings import Reading
from home_model.sources import CloudSource
from service_kit.clock import Clock
from service_kit.errors import CannotStartError
from switchbot_exporter.cloud.budget import Budget
from switchbot_exporter.cloud.client import ApiAccess, open_client
from switchbot_exporter.cloud.devices import AccountDevices
from switchbot_exporter.cloud.freshness import Freshness, SamplingError
from switchbot_exporter.cloud.parse import check_device_id, parse_status
from switchbot_exporter.cloud.quota import Quota, RemainingCalls, ResetTime, quota_document
from switchbot_exporter.cloud.schedule import CloudSchedule, Pause
from switchbot_exporter.cloud.settings import CloudSettings


@dataclass(frozen=True, slots=True)
class CloudFetcher:
    """Reads plugs through the cloud.

    Attributes:
        observe: Told of each reading.
    """

    fetch_status: Callable[[str], Awaitable[Mapping[str, object]]]
    devices: AccountDevices
    freshness: Freshness
    now: Callable[[], datetime]
    observe: Callable[[CloudSource, Reading], None] = lambda _source, _reading: None

    async def read(
        self, sources: Sequence[CloudSource]
    ) -> Mapping[CloudSource, Reading | SourceError]:
        """Return the state that the device last sent to the cloud: seconds to a minute ago.

        Args:
            sources: The meters of one device; one call reads them all.

        Raises:
            SourceError: As `Client.fetch_status`, `AccountDevices.check` and `check_device_id`.
        """
        device_id = sources[0].id
        await self.devices.check(device_id)
        body = await self.fetch_status(device_id)
        check_device_id(body, device_id)
        at = self.now()
        self.freshness.record(device_id, body, at)
        return {source: self._parse(body, source, at) for source in sources}

    def _parse(
        self, body: Mapping[str, object], source: CloudSource, at: datetime
    ) -> Reading | SourceError:
        listed_type = self.devices.device_type(source.id)
        try:
            reading = parse_status(body, listed_type=listed_type, meter=source.meter, at=at)
        except SourceError as error:
            return error
        checked = self.freshness.check(source.id, reading)
        if isinstance(checked, Reading):
            self.observe(source, checked)
        return checked


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
            freshness = Freshness(settings.switchbot_stale_seconds, clock.monotonic)
            sampling = SamplingError()

            def observe(source: CloudSource, reading: Reading) -> None:
                sampling.record(source, reading, schedule.effective_interval_seconds())

            fetcher = CloudFetcher(client.fetch_status, devices, freshness, clock.now, observe)
            yield Exporter(
                (cloud_reader(fetcher, schedule),),
                lambda: (*account_samples(schedule), *sampling.samples()),
            )
    finally:
        with suppress(OSError):  # a block counted too much does no harm
            quota.close()


def cloud_reader(fetcher: CloudFetcher, schedule: CloudSchedule) -> PollGroup[CloudSource]:
    """Return the reader of the account: one call for each device, however many meters it has."""
    return PollGroup(
        CloudSource,
        group=lambda source: source.id,
        read=fetcher.read,
        schedule=schedule,
        inspect=fetcher.devices.compare,
    )


def account_samples(schedule: CloudSchedule) -> Iterator[Sample]:
    """Yield the exporter's own metrics of the account: what remains, and what follows from it."""
    yield Sample(
        "switchbot_api_requests_remaining",
        "gauge",
        f"Calls to the cloud left today, by {schedule.remaining.source()}.",
        schedule.remaining.shown_calls(),
    )
    yield Sample(
        "switchbot_api_requests_limit",
        "gauge",
        "Calls to the cloud that the account may make a day (SWITCHBOT_DAILY_LIMIT).",
        schedule.budget.daily_limit,
    )
    yield Sample(
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
