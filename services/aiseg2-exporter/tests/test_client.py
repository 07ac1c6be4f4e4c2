"""The client against the emulated unit, and the emulator against other Digest clients."""

import asyncio
import re
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from aiseg2_emulator.server import PASSWORD, USER, Emulator, Fault
from aiseg2_exporter.client import BOUGHT, GENERATION, SOLD, USE, Client, Connection
from home_model.errors import RejectedError, SourceError, UnreachableError
from testbed.manual_clock import ManualClock
from testbed.tls import Authority, https_server


async def test_all_pages_of_circuits_are_read(client: Client, emulator: Emulator) -> None:
    """As many as have a next button: each place once, one request each."""
    circuits = (await client.fetch_circuits()).circuits
    assert len(circuits) == len(emulator.house.circuits)
    assert emulator.requests == ["/page/electricflow/1113?id=1", "/page/electricflow/1113?id=2"]
    assert emulator.refused_logins == 1  # the first request of all, and then one nonce for all


async def test_a_nonce_that_goes_stale_in_mid_crawl_is_replaced(
    client: Client, emulator: Emulator
) -> None:
    """The page is asked for again with the new one."""
    emulator.stale_nonce_after = 2
    assert len((await client.fetch_circuits()).circuits) == len(emulator.house.circuits)
    assert emulator.refused_logins == 2


async def test_energy_is_read_for_today_and_for_a_past_day(
    client: Client, manual_clock: ManualClock
) -> None:
    """The balance closes to the watt-hour on both."""
    today = manual_clock.now().date()
    for day in (None, today - timedelta(days=3)):
        kwh = {
            g: (await client.fetch_day(g, day)).total_kwh for g in (USE, SOLD, BOUGHT, GENERATION)
        }
        assert kwh[USE] + kwh[SOLD] == kwh[BOUGHT] + kwh[GENERATION]
    past = await client.fetch_circuit_day("9", date(2026, 11, 20))
    assert (past.day, past.total_kwh) == (date(2026, 11, 20), Decimal("5.376"))


async def test_the_settings_are_left_after_the_catalogue(
    client: Client, emulator: Emulator
) -> None:
    """So that the owner's screen is not locked, and the catalogue can be read again."""
    first = await client.fetch_catalogue()
    assert await client.fetch_catalogue() == first
    assert [circuit.id for circuit in first] == [c.id for c in emulator.house.circuits]
    assert emulator.requests[1] == "/page/myhome/9"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("http_500", "UnreachableError: .*HTTP 500"),
        ("login_bounce", "BadPayloadError: .*/login"),
        ("without_marks", "BadPayloadError: .*marks of an AiSEG2"),
        ("endless", "BadPayloadError: .*more than any page"),
        ("unregistered", "RejectedError: .*not registered"),
        ("rebooting", "UnreachableError: .*could not be reached"),
    ],
)
async def test_every_fault_has_its_error_and_ends(
    client: Client, emulator: Emulator, manual_clock: ManualClock, fault: Fault, message: str
) -> None:
    """In words that name what is wrong; afterwards the unit is read as before."""
    emulator.fault = fault
    with pytest.raises(SourceError) as raised:
        await client.fetch_summary()
    assert re.match(message, f"{raised.typename}: {raised.value}")
    emulator.fault = None
    manual_clock.pass_by(minutes=1)
    assert (await client.fetch_summary()).generation_kw == 2.1


async def test_a_unit_that_hangs_is_given_up(host: str, emulator: Emulator) -> None:
    """After the deadline, which is for the whole answer."""
    emulator.fault = "hang"
    client = Client(Connection(host, USER, PASSWORD, deadline_seconds=0.2))
    with pytest.raises(UnreachableError, match=r"within 0\.2 s"):
        await client.fetch_summary()
    await client.close()


async def test_a_failing_unit_is_left_alone_for_longer_each_time(
    client: Client, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """2 s, then half as long again; requests in between are answered by the error alone."""
    emulator.fault = "http_500"
    for wait_seconds in (2, 3, 4.5):
        with pytest.raises(UnreachableError):
            await client.fetch_summary()
        count = len(emulator.requests)
        manual_clock.pass_by(seconds=wait_seconds - 0.1)
        with pytest.raises(UnreachableError, match="HTTP 500"):
            await client.fetch_summary()
        assert len(emulator.requests) == count
        manual_clock.pass_by(seconds=0.2)


async def test_a_wrong_password_is_said_so(host: str) -> None:
    """One request and its second try, not a lock-out."""
    client = Client(Connection(host, USER, "wrong"))
    with pytest.raises(RejectedError, match="AISEG2_PASSWORD"):
        await client.fetch_summary()
    await client.close()


async def test_an_older_unit_asks_for_basic(client: Client, emulator: Emulator) -> None:
    """The scheme is taken from the challenge."""
    emulator.use_basic = True
    assert (await client.fetch_summary()).use_kw == 1.6


def curl(host: str, *arguments: str) -> tuple[int, str]:
    command = ["curl", "-s", "--noproxy", "*", "-w", "\n%{http_code}", *arguments]
    result = subprocess.run(  # noqa: S603
        [*command, f"http://{host}/page/electricflow/1113?id=1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    body, _, status = result.stdout.rpartition("\n")
    return int(status), body


async def test_curl_is_let_in_by_digest(host: str) -> None:
    """An independent client accepts the emulator's challenge, and the emulator its answer."""
    login = ("--digest", "-u", f"{USER}:{PASSWORD}")
    status, body = await asyncio.to_thread(curl, host, *login)
    assert (status, "m_capacity" in body) == (200, True)
    assert (await asyncio.to_thread(curl, host))[0] == 401
    assert (await asyncio.to_thread(curl, host, "--digest", "-u", f"{USER}:no"))[0] == 401


async def reason_of(host: str, *, use_https: bool) -> str:
    client = Client(Connection(host, USER, PASSWORD, use_https=use_https))
    with pytest.raises(UnreachableError) as raised:
        await client.fetch_summary()
    await client.close()
    return raised.value.reason


async def test_why_there_is_no_connection_is_named(tmp_path: Path) -> None:
    """A proxy's certificate that is not trusted, and a name that does not resolve."""
    with https_server(Authority.create(tmp_path).context()) as url:
        refused = await reason_of(url.removeprefix("https://"), use_https=True)
    assert "its certificate is refused: unable to get local issuer" in refused
    unknown = await reason_of("no-such-name.invalid", use_https=False)
    assert "its name cannot be resolved" in unknown
