"""The emulator's own HTTP API, on a port of its own: change loads and faults while it runs.

GET /plugs shows all; PATCH /plugs/{name} takes any of `Change`'s fields.
"""

from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError

from tapo_emulator.config import dashed_mac
from tapo_emulator.klap_cipher import Account
from tapo_emulator.meter import Meter
from tapo_emulator.own_requests import own_requests_only
from tapo_emulator.plug import Fault, Plug
from tapo_emulator.server import PlugServer


class Change(BaseModel):
    """Body of a PATCH. `outlet` is the one of `watts` and `on`."""

    model_config = ConfigDict(extra="forbid")

    watts: float | None = None
    on: bool | None = None
    outlet: int = 0
    fault: Fault | None = None
    faulty_outlet: int | None = None
    mac: Annotated[str, AfterValidator(dashed_mac)] | None = None
    password: SecretStr | None = None
    plugged_in: bool | None = None


def control_app(servers: dict[str, PlugServer]) -> web.Application:
    """The API over these plugs, by name."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response([_shown(name, server) for name, server in servers.items()])

    async def change(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in servers:
            raise web.HTTPNotFound(text=f"no plug '{name}'; there are: {', '.join(servers)}")
        try:
            wanted = Change.model_validate_json(await request.read())
            await apply(wanted, servers[name])
        except (ValidationError, IndexError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(_shown(name, servers[name]))

    app = web.Application(middlewares=[own_requests_only])
    app.router.add_get("/plugs", show)
    app.router.add_patch("/plugs/{name}", change)
    return app


async def apply(change: Change, server: PlugServer) -> None:
    """Apply a change.

    Raises:
        IndexError: There is no such outlet.
    """
    plug = server.plug
    if change.watts is not None:
        plug.set_watts(change.watts, change.outlet)
    if change.on is not None:
        plug.meter(change.outlet).switch(plug.clock(), on=change.on)
    if change.fault is not None:
        plug.fault = change.fault
        plug.faulty_outlet = change.faulty_outlet
        if change.fault is Fault.TPAP_ONLY:
            server.drop_sessions()  # such firmware comes with an update, and so with a restart
    if change.mac is not None:
        plug.mac = change.mac
    if change.password is not None:
        plug.account = Account(plug.account.username, change.password.get_secret_value())
        server.drop_sessions()
    if change.plugged_in is not None:
        await (server.start() if change.plugged_in else server.stop())


def _shown(name: str, server: PlugServer) -> dict[str, Any]:
    plug = server.plug
    meters = [plug.meter(outlet) for outlet in range(len(plug.outlets))]
    return {
        "name": name,
        "model": f"{plug.model.name}({plug.model.region})",
        "mac": plug.mac,
        "address": server.netloc,
        "fault": plug.fault,
        "plugged_in": server.is_plugged_in,
        "outlets": [_outlet(plug, meter) for meter in meters],
    }


def _outlet(plug: Plug, meter: Meter) -> dict[str, Any]:
    power_watts = meter.power_watts(plug.clock())
    return {
        "on": meter.on,
        "power_watts": power_watts,
        "voltage_volts": plug.model.volts,
        "current_amperes": power_watts / plug.model.volts,
        "today_wh": meter.today_wh,
        "lifetime_wh": meter.lifetime_wh,
    }
