"""The routes of the unit, its login, and its faults."""

import asyncio
import base64
import json
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from aiohttp import encode_basic_auth, web

from aiseg2_emulator.digest import Digest
from aiseg2_emulator.household import (
    DayEnergy,
    Hours,
    Household,
    day_of,
    energy_of,
    midnight_after,
    watts_at,
)
from aiseg2_emulator.pages import (
    FULL_WIDTH,
    PER_PAGE,
    Stage,
    catalogue_page,
    circuit_page,
    document,
    graph_page,
    in_use_page,
    message_page,
)
from service_kit.clock import utc_now

type Fault = Literal[
    "http_500", "hang", "login_bounce", "without_marks", "unregistered", "rebooting", "endless"
]
USER, PASSWORD = "aiseg", "virtual-password"
# The lock of the settings is made up for tests; that there is one is known.
SETTINGS_LOCK = timedelta(seconds=60)
GRAPHS = {"51111": "発電量", "52111": "使用電力量", "53111": "買電量", "54111": "売電量"}
NO_DIRECTION, BUYING, SELLING = 2, 0, 1
NEAR_ZERO_WATTS = 50
EMULATOR: web.AppKey["Emulator"] = web.AppKey("emulator")


@dataclass
class Emulator:
    """One unit. Tests and the control API set its fields while it runs.

    Attributes:
        house: What it measures.
        now: Its clock.
        fault: What is wrong with all its answers.
        shuffle: The order of circuits changes between two requests.
        comma: Watts have thousands separators.
        full_width: Watts have full-width digits.
        blank_totals: The summary has no totals.
        battery_state: Of a connected battery, as the answer has it; its energy is not emulated.
        stale_nonce_after: The nonce goes stale after so many further requests.
        bad_pages: Pages of circuits that make no sense, or have this status; 0 is the summary.
        use_basic: It asks for Basic authentication.
        requests: The paths of answered requests, in order.
    """

    house: Household
    now: Callable[[], datetime] = utc_now
    fault: Fault | None = None
    shuffle: bool = False
    comma: bool = False
    full_width: bool = False
    blank_totals: bool = False
    battery_state: int | None = None
    stale_nonce_after: int | None = None
    bad_pages: dict[int, int] = field(default_factory=dict)
    use_basic: bool = False
    digest: Digest = field(default_factory=lambda: Digest(USER, PASSWORD))
    requests: list[str] = field(default_factory=list)
    refused_logins: int = 0
    settings_until: datetime | None = None
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    complete_days: dict[date, DayEnergy] = field(default_factory=dict)
    last_energy: tuple[date, datetime, DayEnergy] | None = None

    def energy(self, day: date) -> DayEnergy:
        """Return a day's energy until the last step; what is the same is computed once."""
        if day in self.complete_days:
            return self.complete_days[day]
        now, step_seconds = self.now(), self.house.energy_step_seconds
        until = datetime.fromtimestamp(now.timestamp() // step_seconds * step_seconds, UTC)
        if self.last_energy and self.last_energy[:2] == (day, until):
            return self.last_energy[2]
        energy = energy_of(self.house, day, until)
        if until >= midnight_after(day):
            self.complete_days[day] = energy
        else:
            self.last_energy = day, until, energy
        return energy


def emulator_app(emulator: Emulator) -> web.Application:
    """Return the unit as an aiohttp application."""
    app = web.Application(middlewares=[_log_in, _fail])
    app[EMULATOR] = emulator
    app.router.add_post("/data/electricflow/111/update", _summary)
    app.router.add_get("/page/electricflow/1113", _circuits)
    app.router.add_get("/page/graph/584", _circuit_day)
    app.router.add_get("/page/graph/{graph}", _graph)
    app.router.add_get("/page/setting/installation/734", _catalogue)
    app.router.add_get("/page/myhome/9", _leave_settings)
    return app


@asynccontextmanager
async def serving(
    emulator: Emulator, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[str]:
    """Serve for the length of a `with` block; yields host and port, as AISEG2_HOST has them."""
    runner = web.AppRunner(
        emulator_app(emulator), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    try:
        yield f"{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _log_in(request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401
    emulator = request.app[EMULATOR]
    authorization = request.headers.get("Authorization", "")
    if emulator.use_basic:
        if authorization != encode_basic_auth(USER, PASSWORD):
            return _unauthorized('Basic realm="AiSEG"')
        return await handler(request)
    if emulator.stale_nonce_after is not None:
        emulator.stale_nonce_after -= 1
        if emulator.stale_nonce_after < 0:
            emulator.stale_nonce_after = None
            emulator.digest.expire()
    if not emulator.digest.accepts(request.method, request.path_qs, authorization):
        emulator.refused_logins += 1
        return _unauthorized(emulator.digest.challenge(authorization))
    return await handler(request)


def _unauthorized(challenge: str) -> web.Response:
    return web.Response(status=401, headers={"WWW-Authenticate": challenge})


@web.middleware
async def _fail(request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401
    emulator = request.app[EMULATOR]
    emulator.requests.append(request.path_qs)
    match emulator.fault:
        case "hang":
            await asyncio.sleep(3600)
        case "http_500":
            return _page(message_page(emulator.now()), status=500)
        case "login_bounce":
            return web.Response(status=302, headers={"Location": "/login"})
        case "endless":
            return await _send_without_end(request)
        case "without_marks":
            return _page("<html><body><p>AiSEG3</p></body></html>")
        case "rebooting" if request.transport is not None:
            request.transport.abort()
    return await handler(request)


async def _send_without_end(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    with suppress(ConnectionError):
        while True:
            await answer.write(b" " * 65_536)
    return answer


async def _summary(request: web.Request) -> web.Response:
    emulator = request.app[EMULATOR]
    if status := emulator.bad_pages.get(0):
        return _page(message_page(emulator.now()), status=status)
    if "data" not in await request.post():
        return _page(message_page(emulator.now()), status=500)
    watts = watts_at(emulator.house, emulator.now())
    top = sorted(watts.circuits.items(), key=lambda item: -item[1])[:3]
    names = {circuit.id: circuit.name for circuit in emulator.house.circuits}
    answer: dict[str, object] = {
        "g_capacity": "-" if emulator.blank_totals else f"{watts.generation / 1000:.1f}",
        "u_capacity": "-" if emulator.blank_totals else f"{watts.use / 1000:.1f}",
        "lo_buy_sell": _direction(watts.use - watts.generation),
        "soc": 0 if emulator.battery_state is None else 3,
        "percent": "-" if emulator.battery_state is None else "55",
        "charge": 2 if emulator.battery_state is None else emulator.battery_state,
        "connSb": int(emulator.battery_state is not None),
        "connEv": 0,
        "connPv1": 1,
        "connPv2": 0,
        "g_d_1_title": "太陽光発電",
        "g_d_1_capacity": watts.sun,
        "g_d_2_title": "燃料電池" if emulator.house.fuel_cell else "",
        "g_d_2_capacity": watts.fuel_cell if emulator.house.fuel_cell else "-",
        "connFc": int(emulator.house.fuel_cell is not None),
        "measReg": int(emulator.fault != "unregistered"),
    }
    for n, (key, value) in enumerate(top, 1):
        answer |= {f"u_d_{n}_title": names[key], f"u_d_{n}_capacity": value, f"best{n}": 1}
    return web.json_response(answer, dumps=lambda v: json.dumps(v, ensure_ascii=False))


def _direction(net_watts: float) -> int:
    if abs(net_watts) < NEAR_ZERO_WATTS:
        return NO_DIRECTION
    return BUYING if net_watts > 0 else SELLING


async def _circuits(request: web.Request) -> web.Response:
    emulator = request.app[EMULATOR]
    stages = _stages(emulator)
    pages = max(1, -(-len(stages) // PER_PAGE))
    number = min(max(1, int(request.query.get("id", "1"))), pages)
    if status := emulator.bad_pages.get(number):
        return _page(message_page(emulator.now()), status=status)
    shown = stages[(number - 1) * PER_PAGE : number * PER_PAGE]
    return _page(circuit_page(shown, number, pages, emulator.now()))


def _stages(emulator: Emulator) -> list[Stage]:
    watts = watts_at(emulator.house, emulator.now()).circuits
    circuits = sorted(emulator.house.circuits, key=lambda circuit: -watts[circuit.id])
    if emulator.shuffle:
        emulator.chance.shuffle(circuits)
    return [Stage(c.wrapped_name, _watts_text(emulator, watts[c.id])) for c in circuits]


def _watts_text(emulator: Emulator, watts: int) -> str:
    if watts == 0:
        return ""
    text = f"{watts:,}W" if emulator.comma else f"{watts}W"
    return text.translate(FULL_WIDTH) if emulator.full_width else text


async def _graph(request: web.Request) -> web.Response:
    emulator, graph = request.app[EMULATOR], request.match_info["graph"]
    if graph not in GRAPHS:
        raise web.HTTPNotFound
    day = _chosen_day(request)
    energy, before = emulator.energy(day), emulator.energy(day - timedelta(days=1))
    series = {
        "51111": {"total1": energy.generation_wh},
        "52111": {"total1": energy.own_use_wh, "val2": energy.bought_wh},
        "53111": {"total1": energy.bought_wh},
        "54111": {"total1": energy.sold_wh},
    }[graph]
    yesterday: Hours = {
        "51111": before.generation_wh,
        "52111": before.use_wh,
        "53111": before.bought_wh,
        "54111": before.sold_wh,
    }[graph]
    return _page(graph_page(GRAPHS[graph], day, series, yesterday, emulator.now()))


async def _circuit_day(request: web.Request) -> web.Response:
    emulator, day = request.app[EMULATOR], _chosen_day(request)
    circuit_id = _chosen(request).get("circuitid")
    energy, before = emulator.energy(day), emulator.energy(day - timedelta(days=1))
    if circuit_id not in energy.circuits_wh:
        return _page(document("回路ごと", "<p>-</p>", emulator.now()))
    series = {"total1": energy.circuits_wh[circuit_id]}
    return _page(graph_page("回路", day, series, before.circuits_wh[circuit_id], emulator.now()))


def _chosen(request: web.Request) -> dict[str, Any]:
    if not (data := request.query.get("data")):
        return {}
    return json.loads(base64.b64decode(data, validate=True))


def _chosen_day(request: web.Request) -> date:
    if numbers := _chosen(request).get("day"):
        return date(*numbers)
    return day_of(request.app[EMULATOR].now())


async def _catalogue(request: web.Request) -> web.Response:
    emulator = request.app[EMULATOR]
    now = emulator.now()
    if emulator.settings_until and now < emulator.settings_until:
        return _page(in_use_page(now))
    emulator.settings_until = now + SETTINGS_LOCK
    sun_id = str(1 + max((int(c.id) for c in emulator.house.circuits), default=7))
    return _page(catalogue_page(emulator.house.circuits, sun_id, now))


async def _leave_settings(request: web.Request) -> web.Response:
    emulator = request.app[EMULATOR]
    emulator.settings_until = None
    return _page(document("マイホーム", "", emulator.now()))


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
