"""Put the parts together: client, quota, pace, device list and reader of one account."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from exporter_kit import Exporter, Poll
from home_model.config import Home
from home_model.load import load_home
from home_model.sources import CloudSource
from service_kit.clock import Clock
from service_kit.errors import CannotStartError
from switchbot_exporter.cloud.budget import Budget
from switchbot_exporter.cloud.client import Account, open_client
from switchbot_exporter.cloud.directory import Directory
from switchbot_exporter.cloud.pace import CloudPace
from switchbot_exporter.cloud.pause import Pause
from switchbot_exporter.cloud.quota import Quota
from switchbot_exporter.cloud.quota_day import Reset
from switchbot_exporter.cloud.reader import CloudReader
from switchbot_exporter.cloud.remaining import Remaining
from switchbot_exporter.cloud.settings import CloudSettings
from switchbot_exporter.cloud.spent import spent_document
from switchbot_exporter.cloud.values import values_of


@asynccontextmanager
async def open_cloud(
    settings: CloudSettings, clock: Clock | None = None
) -> AsyncGenerator[Exporter]:
    """The cloud of the settings' account, for as long as the block runs.

    Raises:
        ConfigError: The configuration file is not usable.
        CannotStartError: The state cannot be read or written.
    """
    clock = clock or Clock()
    quota = _quota(settings, load_home(settings.config_file), clock)
    pace = _pace(settings, quota, clock)
    try:
        async with open_client(_account(settings), pace) as client:
            directory = Directory(client.fetch_devices, clock.monotonic)
            reader = CloudReader(client.fetch_status, directory, clock.now)
            poll = Poll(CloudSource, reader.read, pace, inspect=directory.compare)
            yield Exporter((poll,), lambda: values_of(pace))
    finally:
        with suppress(OSError):  # a block counted too much does no harm
            quota.close()


def _account(settings: CloudSettings) -> Account:
    return Account(
        base_url=str(settings.switchbot_base_url),
        token=settings.switchbot_token,
        secret=settings.switchbot_secret,
        deadline_seconds=settings.deadline_seconds,
    )


def _quota(settings: CloudSettings, home: Home, clock: Clock) -> Quota:
    reset = Reset(settings.reset_zone or home.zone, settings.switchbot_reset_hour)
    document = spent_document(settings.state_dir)
    try:
        return Quota(document, settings.switchbot_daily_limit, reset, clock.now)
    except OSError as error:
        message = f"STATE_DIR {settings.state_dir} cannot be used: {error.strerror}"
        raise CannotStartError(message) from None


def _pace(settings: CloudSettings, quota: Quota, clock: Clock) -> CloudPace:
    budget = Budget(
        daily_limit=settings.switchbot_daily_limit,
        reserve=settings.switchbot_reserve,
        minimum_interval_ms=round(settings.poll_interval_seconds * 1000),
    )
    remaining = Remaining(quota, settings.switchbot_remaining_header, clock.monotonic)
    return CloudPace(budget, remaining, Pause(clock.monotonic), clock.monotonic)
