"""Run the emulator until SIGTERM or Ctrl-C."""

import logging

from aiohttp import web

from home_model.load import load_home
from service_kit.server import listen
from service_kit.signals import stop_event
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.quota import Quota
from virtual_home.cloud.server import cloud_app
from virtual_home.settings import VIRTUAL_ACCOUNT, ServeSettings

LOG = logging.getLogger(__name__)

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
    """Listen until a signal stops it.

    Raises:
        CannotStartError: The port is in use; the message names the setting.
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
        site = listen(settings.listen_host, settings.listen_port, "LISTEN_PORT")
        await web.SockSite(runner, site).start()
        address = f"http://{settings.listen_host}:{settings.listen_port}"
        LOG.info("SwitchBot API of %s", _described(cloud))
        LOG.info("listening at %s/v1.1 (control API: %s/virtual/)", address, address)
        await stop_event().wait()
    finally:
        await runner.cleanup()


def _described(cloud: VirtualCloud) -> str:
    meters = cloud.all_meters()
    plugs = len({meter.source.id for meter in meters})
    return f"house '{cloud.home.house}': {plugs} plugs and relays, {len(meters)} devices"
