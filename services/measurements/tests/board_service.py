"""A service in this process for one board, `esp32-kitchen`, and clients of it."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import uvicorn
from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData, create_engine

from measurements.app import create_app
from measurements.services import Services
from measurements.settings import Settings
from measurements.tokens import create_token
from measurements.wiring import MIGRATIONS, open_services
from service_kit.database import open_database
from service_kit.server import listen

HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: kitchen, shelves: [{shelf: wall}]}]
devices:
  - {device: sensor, room: kitchen, shelf: wall, sources: [{source: esp32, id: esp32-kitchen}]}
"""
DEVICE = "esp32-kitchen"
NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def drop_all(url: str) -> None:
    engine = create_engine(url)
    metadata = MetaData()
    metadata.reflect(engine)
    metadata.drop_all(engine)
    engine.dispose()


class Running:
    """A service in this process.

    Attributes:
        http: Sends with the token of `DEVICE`.
        read_headers: Of a token that reads.
        registry: Its metrics.
        now: What the service takes for the present.
    """

    def __init__(
        self, http: httpx.Client, reader: str, services: Services, registry: CollectorRegistry
    ) -> None:
        self.http, self.services, self.registry = http, services, registry
        self.read_headers = {"Authorization": f"Bearer {reader}"}
        self.now = NOW

    def post(self, content: object, **headers: str) -> httpx.Response:
        """Send measurements as JSON."""
        return self.http.post(
            "/api/measurements",
            json=content,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def post_lines(self, *lines: str, **params: str) -> httpx.Response:
        """Send a buffer file as it is."""
        headers = {"Content-Type": "application/x-ndjson"}
        content = "".join(f"{line}\n" for line in lines)
        return self.http.post("/api/measurements", content=content, headers=headers, params=params)

    def stored(self, **params: str) -> list[dict]:
        """Return what is stored, by the API."""
        answer = self.http.get("/api/measurements", params=params, headers=self.read_headers)
        return answer.raise_for_status().json()["measurements"]


type Open = Callable[..., Running]


@contextmanager
def running(database_url: str, home_file: Path, **changed: object) -> Generator[Running]:
    settings = Settings.model_validate(
        {"config_file": home_file, "database_url": database_url, **changed}
    )
    engine = open_database(database_url, MIGRATIONS)
    with engine.begin() as connection:
        writer = create_token(connection, DEVICE, NOW)
        reader = create_token(connection, None, NOW)
    engine.dispose()
    box: list[Running] = []
    registry = CollectorRegistry()
    with (
        open_services(settings, registry, lambda: box[0].now if box else NOW) as services,
        serving(services) as url,
        httpx.Client(
            base_url=url,
            trust_env=False,
            timeout=60,
            headers={"Authorization": f"Bearer {writer}"},
        ) as http,
    ):
        box.append(Running(http, reader, services, registry))
        yield box[0]


@contextmanager
def serving(services: Services) -> Generator[str]:
    listening = listen("127.0.0.1", 0, "MEASUREMENTS_PORT")
    server = uvicorn.Server(uvicorn.Config(create_app(services), log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def measured(seconds_ago: float = 0.0, **changed: object) -> dict[str, object]:
    """Return a measurement of `DEVICE`."""
    at = NOW - timedelta(seconds=seconds_ago)
    power = {"voltage_v": 5.0, "current_ma": 100.0, "power_mw": 500.0}
    return {
        "deviceId": DEVICE,
        "recordedAt": at.isoformat(),
        "temperature": 21.5,
        "humidity": None,
        "payload": power,
        **changed,
    }
