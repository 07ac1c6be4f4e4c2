"""Run the emulator until SIGTERM or Ctrl-C."""

import asyncio
import logging
import os
import signal

from aiohttp import web

from home_model.load import load_home
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.quota import Quota
from virtual_home.cloud.server import cloud_app
from virtual_home.meters import meters_of
from virtual_home.settings import VIRTUAL_ACCOUNT, ServeSettings

log = logging.getLogger(__name__)

# Answers that hang on purpose must not hold up the end.
SHUTDOWN_SECONDS = 0.5


class PortTakenError(Exception):
    """Somebody else listens there."""


def virtual_cloud(settings: ServeSettings) -> VirtualCloud:
    """The house of the settings with its account.

    Raises:
        ConfigError: The configuration file is not usable.
    """
    home = load_home(settings.config_file)
    quota = Quota(settings.daily_limit, home.zone)
    return VirtualCloud(home, VIRTUAL_ACCOUNT, quota, settings.seed)


async def serve(settings: ServeSettings) -> None:
    """Listen until told to end.

    Raises:
        PortTakenError: The port is in use; the message names the setting.
    """
    cloud = virtual_cloud(settings)
    runner = web.AppRunner(
        cloud_app(cloud),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        await _listen(runner, settings)
        address = f"http://{settings.listen_host}:{settings.listen_port}"
        log.info("SwitchBot API of %s", _described(cloud))
        log.info("listening at %s/v1.1 (faults and loads by hand: %s/virtual/)", address, address)
        await _told_to_end()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: ServeSettings) -> None:
    host, port = settings.listen_host, settings.listen_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        message = f"cannot listen at {host}:{port} ({reason}); set LISTEN_PORT to a free port"
        raise PortTakenError(message) from error


async def _told_to_end() -> None:
    ended = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, ended.set)
    await ended.wait()


def _described(cloud: VirtualCloud) -> str:
    meters = meters_of(cloud.home)
    plugs = len({meter.source.id for meter in meters})
    return f"house '{cloud.home.house}': {plugs} plugs and relays, {len(meters)} devices"
