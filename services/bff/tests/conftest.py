"""A house of four devices, and BFFs for it: in this process, or real processes."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from bff.app import create_app
from bff.services import Services
from bff.settings import Settings
from bff.time_grid import Now
from bff.wiring import close_services, open_services
from service_kit.clock import utc_now
from service_kit.server import listen
from testbed.bff import BUSY_DEADLINE_SECONDS, Bff, bff, settings_of
from testbed.case_house import import_samples, write_home
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics

HOME = """\
house: home
name: {ja: 我が家, en: Home}
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - room: work
    name: {ja: 仕事部屋}
    shelves: [{shelf: rack_1}, {shelf: rack_2}]
  - room: kitchen
    shelves: [{shelf: counter}, {shelf: rack_1}]
devices:
  - {device: a, room: work, shelf: rack_1, sources: [{source: cloud, id: 0000000000A1}]}
  - {device: b, room: work, shelf: rack_1, sources: [{source: cloud, id: 0000000000A2}]}
  - {device: c, room: work, shelf: rack_2, sources: [{source: cloud, id: 0000000000A3}]}
  - device: kettle
    name: {ja: ケトル, en: Kettle}
    room: kitchen
    shelf: counter
    sources:
      - {source: cloud, id: 0000000000A4}
      - {source: ble, id: 0000000000A4, model: plug_mini_jp}
"""

type OpenBff = Callable[..., httpx.Client]
type OpenCase = Callable[..., httpx.Client]
type StartBff = Callable[..., Bff]


@pytest.fixture
def home_file(tmp_path: Path) -> Path:
    """The configuration file of the house; a test may write another house into it."""
    path = tmp_path / "devices.yaml"
    path.write_text(HOME, encoding="utf-8")
    return path


@pytest.fixture
def open_bff(tmp_path: Path, home_file: Path) -> Iterator[OpenBff]:
    """Open a BFF on a VictoriaMetrics' URL, in this process; gives a client below /api/v1."""
    with ExitStack() as stack:

        def opened(victoriametrics_url: str, *, now: Now = utc_now) -> httpx.Client:
            settings = Settings.model_validate(
                {
                    "config_file": home_file,
                    "database_url": f"sqlite:///{tmp_path / 'bff.db'}",
                    "victoriametrics_url": victoriametrics_url,
                    "victoriametrics_deadline_seconds": BUSY_DEADLINE_SECONDS,
                }
            )
            services = open_services(settings, now)
            stack.callback(close_services, services)
            base_url = stack.enter_context(_serving(services))
            return stack.enter_context(httpx.Client(base_url=base_url, trust_env=False, timeout=60))

        yield opened


@pytest.fixture
def open_case(vm: VictoriaMetrics, home_file: Path, open_bff: OpenBff) -> OpenCase:
    """Write a case's house and samples, and open a BFF on them; gives a client below /api/v1."""

    def opened(case: dict[str, Any], *, now: Now = utc_now) -> httpx.Client:
        write_home(home_file, case)
        import_samples(vm, case)
        return open_bff(vm.url, now=now)

    return opened


@contextmanager
def _serving(services: Services) -> Generator[str]:
    listening = listen("127.0.0.1", 0, "LISTEN_PORT")
    server = uvicorn.Server(uvicorn.Config(create_app(services), log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/api/v1"
    server.should_exit = True
    thread.join()


@pytest.fixture
def api(open_bff: OpenBff) -> httpx.Client:
    """A client of a BFF with an empty database, whose VictoriaMetrics is not there."""
    return open_bff(f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def bff_settings(tmp_path: Path, vm: VictoriaMetrics, home_file: Path) -> dict[str, str]:
    """The environment of a BFF process for this test's house, database and vmsingle."""
    return settings_of(tmp_path, vm.url, home_file)


@pytest.fixture
def start_bff(tmp_path: Path, bff_settings: dict[str, str]) -> Iterator[StartBff]:
    """Start a BFF process; keyword arguments are settings that differ. All are stopped."""
    with ExitStack() as stack:

        def start(**changed: str) -> Bff:
            return stack.enter_context(bff(tmp_path, bff_settings | changed))

        yield start
