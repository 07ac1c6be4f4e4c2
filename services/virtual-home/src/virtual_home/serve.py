"""Run the emulator until SIGTERM or Ctrl-C."""

import logging

from aiohttp import web

from home_model.load import load_home
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.quota import Quota
from virtual_home.cloud.server import cloud_app
from virtual_home.listening import listen, told_to_end
from virtual_home.settings import VIRTUAL_ACCOUNT, ServeSettings

log = logging.getLogger(__name__)

# Answers that hang on purpose must not hold up the end.
SHUTDOWN_SECONDS = 0.5


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
        await listen(runner, settings.listen_host, settings.listen_port)
        address = f"http://{settings.listen_host}:{settings.listen_port}"
        log.info("SwitchBot API of %s", _described(cloud))
        log.info("listening at %s/v1.1 (faults and loads by hand: %s/virtual/)", address, address)
        await told_to_end()
    finally:
        await runner.cleanup()


def _described(cloud: VirtualCloud) -> str:
    meters = cloud.all_meters()
    plugs = len({meter.source.id for meter in meters})
    return f"house '{cloud.home.house}': {plugs} plugs and relays, {len(meters)} devices"
