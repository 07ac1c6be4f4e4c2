"""Every plug of the configuration at its address, with outlets that follow the house's curves."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from home_model.config import Home
from home_model.sources import NativeSource
from service_kit.clock import utc_now
from service_kit.server import cannot_listen
from tapo_emulator.config import dashed_mac
from tapo_emulator.klap_cipher import Account
from tapo_emulator.meter import Meter, constant_watts
from tapo_emulator.plug import Plug
from tapo_emulator.server import PlugServer
from virtual_home.meters import PlugMeter, meters_of
from virtual_home.plugs.outlets import outlet_at, plug_model

type Servers = dict[str, PlugServer]


@asynccontextmanager
async def plugs_running(home: Home, account: Account, *, seed: int) -> AsyncGenerator[Servers]:
    """The plugs by the device on their first configured outlet, for the length of the block.

    Raises:
        CannotStartError: An address cannot be listened at.
    """
    by_address = defaultdict[str, list[PlugMeter]](list)
    for meter in meters_of(home, NativeSource):
        by_address[meter.source.address].append(meter)
    async with AsyncExitStack() as stack:
        servers: Servers = {}
        for address, outlets in by_address.items():
            host, _, port = address.rpartition(":")
            plug = make_plug(outlets, home, account, seed=seed)
            server = PlugServer(plug, host, int(port))
            await _start(server, stack)
            servers[plug.nickname] = server
        yield servers


def make_plug(meters: Sequence[PlugMeter], home: Home, account: Account, *, seed: int) -> Plug:
    """One plug or strip; outlets that the configuration does not name have no load."""
    first, now = meters[0], utc_now()
    model = plug_model(first.appliance)
    named = {(meter.source.meter or 1) - 1: meter for meter in meters}
    outlets = tuple(
        outlet_at(named[number], now, home.zone, seed=seed)
        if number in named
        else Meter(constant_watts(0.0), now, home.zone)
        for number in range(model.outlets)
    )
    return Plug(
        model=model,
        mac=dashed_mac(first.source.id),
        account=account,
        nickname=first.device.device,
        region=home.time_zone,
        outlets=outlets,
    )


async def _start(server: PlugServer, stack: AsyncExitStack) -> None:
    try:
        await stack.enter_async_context(server)
    except OSError as error:
        raise cannot_listen(server.address, server.port, error, "port") from error
