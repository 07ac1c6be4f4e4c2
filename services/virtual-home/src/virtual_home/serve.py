"""Run the emulator until SIGTERM or Ctrl-C."""

import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from aiseg2_emulator.server import emulator_app
from home_model.load import load_home
from service_kit.server import listen
from service_kit.signals import stop_event
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.quota import Quota
from virtual_home.cloud.server import cloud_app
from virtual_home.panel.unit import unit_of, unit_routes
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
        CannotStartError: A port is in use; the message names the setting.
    """
    cloud = virtual_cloud(settings)
    app = cloud_app(cloud)
    host, address = settings.listen_host, f"http://{settings.listen_host}:{settings.listen_port}"
    async with AsyncExitStack() as stack:
        if port := settings.aiseg2_listen_port:
            unit = unit_of(cloud)
            app.router.add_routes(unit_routes(unit))
            measuring = _listening(emulator_app(unit), host, port, "AISEG2_LISTEN_PORT")
            await stack.enter_async_context(measuring)
            LOG.info("AiSEG2 at %s:%d (control API: %s/virtual/aiseg2)", host, port, address)
        serving = _listening(app, host, settings.listen_port, "LISTEN_PORT")
        await stack.enter_async_context(serving)
        LOG.info("SwitchBot API of %s", _described(cloud))
        LOG.info("listening at %s/v1.1 (control API: %s/virtual/)", address, address)
        await stop_event().wait()


@asynccontextmanager
async def _listening(
    app: web.Application, host: str, port: int, setting: str
) -> AsyncGenerator[None]:
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listen(host, port, setting)).start()
        yield
    finally:
        await runner.cleanup()


def _described(cloud: VirtualCloud) -> str:
    meters = cloud.all_meters()
    plugs = len({meter.source.id for meter in meters})
    return f"house '{cloud.home.house}': {plugs} plugs and relays, {len(meters)} devices"
