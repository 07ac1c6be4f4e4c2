"""An emulated unit on a free port, a clock that the test moves, and a client of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from aiseg2_emulator.household import Circuit, Household, constant
from aiseg2_emulator.server import PASSWORD, USER, Emulator, serving
from aiseg2_exporter.client import Client, Connection
from aiseg2_exporter.exporter import Unit
from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.settings import Settings
from service_kit.clock import Clock
from testbed.manual_clock import ManualClock

# 09:30 in Japan.
MORNING = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
# Long: on a busy machine an answer may take seconds. One test of a hanging unit has its own.
DEADLINE_SECONDS = 60.0

NAMES = (
    ("キッチン　パントリー", "キッチン　パ|ントリー", 53),
    ("ＬＤ", "", 224),
    ("ＬＤ", "", 0),
    ("洋室１・エアコン", "洋室１|エアコン", 1234),
    ("電子レンジ", "", 0),
    ("電子レンジ", "", 0),
    ("電子レンジ", "", 0),
    ("ＩＨ", "", 7),
    ("-", "", 0),
    ("エコキュート", "", 62),
    ("トイレ１", "", 15),
    ("トイレ２", "", 10),
)


def make_house(sun_watts: float = 2130) -> Household:
    """A house with wrapped, equal and missing names; ids from 8."""
    return Household(
        circuits=tuple(
            Circuit(str(8 + n), name, constant(watts), page_name)
            for n, (name, page_name, watts) in enumerate(NAMES)
        ),
        sun=lambda seconds: np.where((seconds // 3600 + 9) % 24 >= 6, sun_watts, 0.0),
    )


@pytest.fixture
def manual_clock() -> ManualClock:
    """The one clock of the unit and of the exporter."""
    return ManualClock(MORNING)


@pytest.fixture
def clock(manual_clock: ManualClock) -> Clock:
    """The test's clock; waiting makes the time pass."""

    async def sleep(seconds: float) -> None:
        manual_clock.pass_by(seconds=seconds)

    return Clock(manual_clock.monotonic, manual_clock.now, sleep)


@pytest.fixture
def emulator(manual_clock: ManualClock) -> Emulator:
    """The unit, before it is served."""
    return Emulator(make_house(), now=manual_clock.now)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What ends with the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def host(emulator: Emulator, stack: AsyncExitStack) -> str:
    """Where the unit listens."""
    return await stack.enter_async_context(serving(emulator))


@pytest.fixture
async def client(host: str, clock: Clock, stack: AsyncExitStack) -> Client:
    """A client with the right login."""
    connection = Connection(host, USER, PASSWORD, deadline_seconds=DEADLINE_SECONDS)
    client = Client(connection, clock.monotonic, clock.sleep)
    stack.push_async_callback(client.close)
    return client


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` of this machine and no variable of it."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def settings(host: str, tmp_path: Path) -> Settings:
    """Settings of an exporter that reads everything in each round."""
    return Settings(
        aiseg2_host=host,
        aiseg2_password=PASSWORD,
        state_dir=tmp_path / "state",
        deadline_seconds=DEADLINE_SECONDS,
        circuit_energy_seconds=10.0,
    )


@pytest.fixture
def unit(client: Client, clock: Clock, settings: Settings) -> Unit:
    """The exporter's reader."""
    settings.state_dir.mkdir(exist_ok=True)
    return Unit(client, LiveReader(client, clock), settings, clock)
