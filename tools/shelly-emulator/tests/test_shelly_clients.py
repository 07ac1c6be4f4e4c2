"""Independent clients accept the emulator's logins, and the emulator their answers."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator

import httpx
import pytest

from service_kit.clock import utc_now
from shelly_emulator.device import Device
from shelly_emulator.login import MAX_NONCES, USER, OldLogin, StrictLogin
from shelly_emulator.models import MODELS
from shelly_emulator.server import DeviceServer
from testbed.manual_clock import ManualClock

PASSWORD = "secret"
PATH = "/rpc/Switch.GetStatus?id=0"
LOGINS = {"1.x": OldLogin, "2.0": StrictLogin}


@pytest.fixture(params=LOGINS)
async def server(request: pytest.FixtureRequest) -> AsyncIterator[DeviceServer]:
    """A plug with the login of each firmware."""
    device = Device(MODELS["Plug US Gen4"], "58E6C5000001")
    device.login = LOGINS[request.param](device.device_id, PASSWORD, utc_now)
    async with DeviceServer(device) as running:
        yield running


@pytest.fixture
def manual_clock() -> ManualClock:
    """The clock of the plug with firmware 2.0."""
    return ManualClock(utc_now())


@pytest.fixture
async def strict(manual_clock: ManualClock) -> AsyncIterator[DeviceServer]:
    """A plug with firmware 2.0."""
    device = Device(MODELS["Plug US Gen4"], "58E6C5000001", now=manual_clock.now)
    device.login = StrictLogin(device.device_id, PASSWORD, manual_clock.now)
    async with DeviceServer(device) as running:
        yield running


def login_of(server: DeviceServer) -> StrictLogin:
    assert isinstance(server.device.login, StrictLogin)
    return server.device.login


def client(server: DeviceServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{server.netloc}", trust_env=False, timeout=30)


def curl(*arguments: str) -> tuple[int, str]:
    command = ["curl", "-s", "--noproxy", "*", "-w", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


async def test_curl_logs_in(server: DeviceServer) -> None:
    """GET with a query and POST with JSON; without a login, or with a wrong one, 401."""
    url, login = f"http://{server.netloc}", ("--digest", "-u", f"{USER}:{PASSWORD}")
    status, body = await asyncio.to_thread(curl, *login, f"{url}{PATH}")
    assert (status, json.loads(body)["id"]) == (200, 0)
    frame = '{"id": 1, "method": "Shelly.GetStatus"}'
    posted = await asyncio.to_thread(curl, *login, "-d", frame, f"{url}/rpc")
    assert json.loads(posted[1])["result"]["sys"]["mac"] == server.device.mac
    assert (await asyncio.to_thread(curl, f"{url}{PATH}"))[0] == 401
    wrong = ("--digest", "-u", f"{USER}:no")
    assert (await asyncio.to_thread(curl, *wrong, f"{url}{PATH}"))[0] == 401


async def test_httpx_logs_in(server: DeviceServer) -> None:
    """One `DigestAuth`, fifty polls, one challenge."""
    auth = httpx.DigestAuth(USER, PASSWORD)
    async with client(server) as http:
        statuses = [(await http.get(PATH, auth=auth)).status_code for _ in range(50)]
        posted = await http.post("/rpc", json={"id": 1, "method": "Shelly.GetStatus"}, auth=auth)
    assert statuses == [200] * 50
    assert posted.json()["src"] == server.device.device_id
    assert server.statuses.count(401) == 1


async def test_identity_needs_no_login(server: DeviceServer) -> None:
    """`/shelly` and `Shelly.GetDeviceInfo`, which show that there is one."""
    async with client(server) as http:
        found = [(await http.get(path)).json() for path in ("/shelly", "/rpc/Shelly.GetDeviceInfo")]
    assert found[0] == found[1]
    assert (found[0]["auth_en"], found[0]["gen"]) == (True, 4)


async def test_firmware_2_runs_out_of_nonces(strict: DeviceServer) -> None:
    """A new `DigestAuth` at each poll: 32 times 200, then 429."""
    async with client(strict) as http:
        statuses = [
            (await http.get(PATH, auth=httpx.DigestAuth(USER, PASSWORD))).status_code
            for _ in range(MAX_NONCES + 5)
        ]
    assert statuses == [200] * MAX_NONCES + [429] * 5


async def test_firmware_2_locks_out_who_fails_to_log_in(
    strict: DeviceServer, manual_clock: ManualClock
) -> None:
    """Two failures a poll, then 429 even for a request that would only fetch a challenge."""
    auth = httpx.DigestAuth(USER, "wrong")
    async with client(strict) as http:
        statuses = [(await http.get(PATH, auth=auth)).status_code for _ in range(20)]
        assert statuses == [401] * 16 + [429] * 4
        assert (await http.get(PATH)).status_code == 429
        manual_clock.pass_by(minutes=10)
        login_of(strict).lose_nonces()
        right = await http.get(PATH, auth=httpx.DigestAuth(USER, PASSWORD))
    assert right.status_code == 200


async def test_firmware_2_wants_counts_that_rise(strict: DeviceServer) -> None:
    """Requests at one time arrive out of order, and each costs a nonce; one after another none."""
    auth = httpx.DigestAuth(USER, PASSWORD)
    async with client(strict) as http:
        await http.get(PATH, auth=auth)
        first = strict.authorizations[-1]
        again = await http.get(PATH, headers={"Authorization": first})
    assert again.status_code == 401


async def test_a_nonce_of_firmware_2_expires_and_a_dead_one_may_stick(strict: DeviceServer) -> None:
    """`stale=true` renews it unseen; a sticky 429 httpx never leaves."""
    auth, login = httpx.DigestAuth(USER, PASSWORD), login_of(strict)
    async with client(strict) as http:
        await http.get(PATH, auth=auth)
        login.expire()
        assert (await http.get(PATH, auth=auth)).status_code == 200
        assert login.challenges == 2
        login.lose_nonces()
        login.is_sticky = True
        assert [(await http.get(PATH, auth=auth)).status_code for _ in range(3)] == [429] * 3
        renewed = await http.get(PATH, auth=httpx.DigestAuth(USER, PASSWORD))
    assert renewed.status_code == 200
