"""Run the house's TP-Link plugs until SIGTERM or Ctrl-C."""

import logging

from aiohttp import web

from home_model.load import load_home
from tapo_emulator.control import control_app
from virtual_home.listening import listen, told_to_end
from virtual_home.plugs.on_the_network import plugs_running
from virtual_home.settings import VIRTUAL_TP_LINK_ACCOUNT, PlugsSettings

log = logging.getLogger(__name__)


async def serve_plugs(settings: PlugsSettings) -> None:
    """Listen until told to end.

    Raises:
        ConfigError: The configuration file is not usable.
        PortTakenError: A port is in use.
    """
    home = load_home(settings.config_file)
    async with plugs_running(home, VIRTUAL_TP_LINK_ACCOUNT, seed=settings.seed) as servers:
        for device, server in servers.items():
            log.info("%s: Tapo %s at %s", device, server.plug.model.name, server.netloc)
        runner = web.AppRunner(control_app(servers), access_log=None)
        await runner.setup()
        try:
            await listen(runner, settings.listen_host, settings.listen_port)
            address = f"http://{settings.listen_host}:{settings.listen_port}"
            log.info("faults and loads by hand: %s/plugs", address)
            await told_to_end()
        finally:
            await runner.cleanup()
