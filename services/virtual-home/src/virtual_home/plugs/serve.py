"""Run the house's TP-Link plugs until SIGTERM or Ctrl-C."""

import logging

from aiohttp import web

from home_model.load import load_home
from service_kit.server import listen
from service_kit.signals import stop_event
from tapo_emulator.control import control_app
from virtual_home.plugs.network import plugs_running
from virtual_home.settings import VIRTUAL_TP_LINK_ACCOUNT, PlugsSettings

LOG = logging.getLogger(__name__)


async def serve_plugs(settings: PlugsSettings) -> None:
    """Listen until a signal stops it.

    Raises:
        ConfigError: The configuration file is not usable.
        CannotStartError: A port is in use.
    """
    home = load_home(settings.config_file)
    async with plugs_running(home, VIRTUAL_TP_LINK_ACCOUNT, seed=settings.seed) as servers:
        for device, server in servers.items():
            LOG.info("%s: Tapo %s at %s", device, server.plug.model.name, server.netloc)
        runner = web.AppRunner(control_app(servers), access_log=None)
        await runner.setup()
        try:
            site = listen(settings.listen_host, settings.listen_port, "LISTEN_PORT")
            await web.SockSite(runner, site).start()
            address = f"http://{settings.listen_host}:{settings.listen_port}"
            LOG.info("control API: %s/plugs", address)
            await stop_event().wait()
        finally:
            await runner.cleanup()
