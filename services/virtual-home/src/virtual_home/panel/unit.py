"""The AiSEG2 of the house, and the part of the control API that sets its faults."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from aiseg2_emulator.server import Emulator, Fault
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.inputs import parsed
from virtual_home.panel.household import household


class UnitInput(BaseModel):
    """What is changed of the unit; see `aiseg2_emulator.server.Emulator`."""

    model_config = ConfigDict(extra="forbid")

    fault: Fault | None = None
    shuffle: bool = False
    comma: bool = False
    full_width: bool = False
    blank_totals: bool = False
    stale_nonce_after: int | None = Field(default=None, ge=0)
    use_basic: bool = False


def unit_of(cloud: VirtualCloud) -> Emulator:
    """Return the unit of a house; what was set by hand of its plugs flows through it, too."""
    measured = household(cloud.home, cloud.watts_changes, seed=cloud.seed)
    return Emulator(measured, now=lambda: datetime.fromtimestamp(cloud.clock(), UTC))


def unit_routes(unit: Emulator) -> list[web.RouteDef]:
    """Return the control API of the unit."""

    async def show(_: web.Request) -> web.Response:
        return web.json_response(_shown(unit))

    async def change(request: web.Request) -> web.Response:
        wanted = await parsed(request, UnitInput)
        for name in wanted.model_fields_set:
            setattr(unit, name, getattr(wanted, name))
        return web.json_response(_shown(unit))

    async def reset(_: web.Request) -> web.Response:
        for name, value in UnitInput():
            setattr(unit, name, value)
        return web.json_response(_shown(unit))

    return [
        web.get("/virtual/aiseg2", show),
        web.patch("/virtual/aiseg2", change),
        web.delete("/virtual/aiseg2", reset),
    ]


def _shown(unit: Emulator) -> dict[str, Any]:
    switches = {name: getattr(unit, name) for name in UnitInput.model_fields}
    return {**switches, "requests": len(unit.requests), "refused_logins": unit.refused_logins}
