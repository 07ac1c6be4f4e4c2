"""What no real server does when asked to: another API, another schema, words from the future."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import MatterSource
from testbed.process import free_port
from tp_link_matter_exporter.exporter import subscribe
from tp_link_matter_exporter.settings import Settings

PLUG = MatterSource(source="matter", id="TAPO")
NODE: dict[str, Any] = {
    "node_id": 1,
    "date_commissioned": "2026-03-01T00:00:00",
    "last_interview": "2026-03-01T00:00:00",
    "interview_version": 6,
    "available": True,
    "is_bridge": False,
    "attributes": {"0/40/15": "TAPO", "1/144/8": 999_000},
    "attribute_subscriptions": [],
}
INFO: dict[str, Any] = {
    "fabric_id": 1,
    "compressed_fabric_id": 2,
    "schema_version": 14,
    "min_supported_schema_version": 11,
    "sdk_version": "0",
    "wifi_credentials_set": False,
    "thread_credentials_set": False,
    "bluetooth_enabled": False,
}


class OddServer:
    """Answers as the successor's schema 14 does, but for what a test changes."""

    def __init__(self) -> None:
        self.greeting: str | None = json.dumps(INFO)
        self.read_result: dict[str, Any] = {"result": {"1/144/8": 1500}}
        self._socket: web.WebSocketResponse | None = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._socket = socket
        if self.greeting is not None:
            await socket.send_str(self.greeting)
        async for message in socket:
            await self._answer(socket, message.json())
        return socket

    async def _answer(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        answer = {"result": [NODE]} if asked["command"] == "start_listening" else self.read_result
        await socket.send_json({"message_id": asked["message_id"], **answer})

    async def push(self, event: str, data: object) -> None:
        """Send an event to whoever connected last."""
        assert self._socket
        await self._socket.send_json({"event": event, "data": data})


@pytest.fixture
def odd() -> OddServer:
    return OddServer()


@pytest.fixture
async def settings(odd: OddServer) -> AsyncIterator[Settings]:
    app = web.Application()
    app.router.add_get("/ws", odd.serve)
    async with TestServer(app) as server:
        url = f"ws://{server.host}:{server.port}/ws"
        yield Settings(matter_server_url=url, deadline_seconds=5, matter_confirm_seconds=60)


async def first_result(settings: Settings) -> Reading | SourceError:
    """The first reading or error."""
    async with aclosing(subscribe(settings, [PLUG])) as stream:
        return (await anext(stream))[1]


async def test_a_cached_value_is_never_believed(settings: Settings) -> None:
    """The server has 999 W in its cache; the plug itself measures 1.5 W."""
    reading = await first_result(settings)
    assert isinstance(reading, Reading)
    assert reading.power_watts == 1.5


async def test_events_of_the_future_are_passed_over(odd: OddServer, settings: Settings) -> None:
    """Newer servers add events at will; what is known goes on."""
    async with aclosing(subscribe(settings, [PLUG])) as stream:
        await anext(stream)
        await odd.push("tea_is_ready", {"cups": 2})
        await odd.push("attribute_updated", [1, "1/144/8", 2500])
        _, reading = await anext(stream)
    assert isinstance(reading, Reading)
    assert reading.power_watts == 2.5


async def test_a_plug_that_becomes_unavailable_is_silent_at_once(
    odd: OddServer, settings: Settings
) -> None:
    """And read again the moment that it is back, whatever came of it meanwhile."""
    async with aclosing(subscribe(settings, [PLUG])) as stream:
        await anext(stream)
        await odd.push("node_updated", NODE | {"available": False})
        _, gone = await anext(stream)
        await odd.push("attribute_updated", [1, "1/144/8", 888_000])
        await odd.push("node_updated", NODE)
        _, back = await anext(stream)
    assert isinstance(gone, UnreachableError)
    assert isinstance(back, Reading)
    assert back.power_watts == 1.5


async def test_a_node_that_is_removed_is_missed(odd: OddServer, settings: Settings) -> None:
    """Somebody took the plug out of the fabric: trying again will not mend it."""
    async with aclosing(subscribe(settings, [PLUG])) as stream:
        await anext(stream)
        await odd.push("node_removed", 1)
        _, found = await anext(stream)
    assert isinstance(found, RejectedError)


async def test_an_error_of_the_server_is_this_plugs_alone(
    odd: OddServer, settings: Settings
) -> None:
    """`NodeNotReady` and its like leave the connection standing."""
    odd.read_result = {"error_code": 3, "details": "not ready"}
    found = await first_result(settings)
    assert isinstance(found, UnreachableError)
    assert "NodeNotReady" in found.reason


@pytest.mark.parametrize("greeting", ["[]", '{"hello": 1}', "hello"])
async def test_another_program_is_called_by_its_name(
    odd: OddServer, settings: Settings, greeting: str
) -> None:
    """A WebSocket that is no Matter server's."""
    odd.greeting = greeting
    with pytest.raises(BadPayloadError, match="is not a Matter server"):
        await first_result(settings)


async def test_a_server_too_old_or_too_new_says_so(odd: OddServer, settings: Settings) -> None:
    """Trying again will not mend it."""
    odd.greeting = json.dumps(INFO | {"schema_version": 5, "min_supported_schema_version": 1})
    with pytest.raises(RejectedError, match="update the Matter server"):
        await first_result(settings)
    odd.greeting = json.dumps(INFO | {"schema_version": 99, "min_supported_schema_version": 99})
    with pytest.raises(RejectedError, match="update the Matter client"):
        await first_result(settings)


async def test_a_server_that_says_nothing_is_given_up(odd: OddServer, settings: Settings) -> None:
    """Within the deadline."""
    odd.greeting = None
    hasty = settings.model_copy(update={"deadline_seconds": 0.2})
    with pytest.raises(UnreachableError, match=r"sent nothing within 0\.2 s"):
        await first_result(hasty)


async def test_no_server_at_all_is_said_with_the_setting_to_look_at() -> None:
    """The first thing that goes wrong for everybody."""
    nowhere = Settings(matter_server_url=f"ws://127.0.0.1:{free_port()}/ws")
    with pytest.raises(UnreachableError, match="is MATTER_SERVER_URL right"):
        await first_result(nowhere)
