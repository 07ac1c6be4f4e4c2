"""All plugs of a configuration, running: for `python -m tapo_emulator` and for other programs."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from service_kit.clock import utc_now
from tapo_emulator.config import EmulatorConfig, PlugConfig, make_plug
from tapo_emulator.control import control_app
from tapo_emulator.discovery import Discovery
from tapo_emulator.klap_cipher import Account
from tapo_emulator.plug import Clock
from tapo_emulator.server import PlugServer


@dataclass(frozen=True, slots=True)
class Emulation:
    """The running servers by the plugs' names, and where they are controlled."""

    servers: dict[str, PlugServer]
    control_url: str


@asynccontextmanager
async def running(config: EmulatorConfig, clock: Clock = utc_now) -> AsyncGenerator[Emulation]:
    """Run all plugs and the control API for the length of an `async with` block."""
    account = Account(config.username, config.password.get_secret_value())
    servers: dict[str, PlugServer] = {}
    async with AsyncExitStack() as stack:
        for plug in config.plugs:
            servers[plug.name] = await _start(plug, account, clock, stack)
        runner = web.AppRunner(control_app(servers), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, config.control_address, config.control_port).start()
        host, port = runner.addresses[0][:2]
        yield Emulation(servers, f"http://{host}:{port}")


async def _start(
    config: PlugConfig, account: Account, clock: Clock, stack: AsyncExitStack
) -> PlugServer:
    server = PlugServer(make_plug(config, account, clock), config.address, config.port)
    await stack.enter_async_context(server)
    if config.discovery:
        discovery = Discovery(server)
        await discovery.start()
        stack.push_async_callback(discovery.stop)
    return server
