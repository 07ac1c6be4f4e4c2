"""Put the parts of one service together, and run what passes series on."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from sqlalchemy import Engine

from measurements.metrics import BoardsCollector, Counters, OutboxCollector
from measurements.places import follow_places
from measurements.series import placed_boards
from measurements.services import Services, open_rates, open_writers
from measurements.settings import Settings
from measurements.tables import OUTBOX
from measurements.tokens import select_tokens
from service_kit.clock import utc_now
from service_kit.config_file import ConfigFile
from service_kit.database import Migrations, open_database
from service_kit.errors import CannotStartError
from timeseries_io.delivery import Delivery, Limits
from timeseries_io.victoria_metrics import VictoriaMetrics

MIGRATIONS = Migrations("measurements:migrations", "measurements_alembic_version")


@contextmanager
def open_services(
    settings: Settings, registry: CollectorRegistry, now: Callable[[], datetime] = utc_now
) -> Generator[Services]:
    """Open everything for the length of a `with` block; series are passed on meanwhile.

    Raises:
        ConfigError: The configuration file has problems.
        CannotStartError: The database cannot be used, or there is no token.
    """
    config = ConfigFile(settings.config_file)
    engine = open_database(settings.database_url.get_secret_value(), MIGRATIONS)
    try:
        _check_tokens(engine, settings)
        with delivering(engine, settings) as delivery, _following(engine, config, delivery, now):
            services = Services(
                settings=settings,
                config=config,
                engine=engine,
                counters=Counters(registry),
                rates=open_rates(settings),
                writers=open_writers(engine),
                delivery=delivery,
                now=now,
            )
            _register(services, registry)
            yield services
    finally:
        engine.dispose()


def _check_tokens(engine: Engine, settings: Settings) -> None:
    with engine.connect() as connection:
        if not settings.virtual_home and not select_tokens(connection):
            message = (
                "there is no token, so that no board could send anything;"
                f" make one for each board: DATABASE_URL={engine.url} python -m measurements token"
                " add DEVICE"
            )
            raise CannotStartError(message)


@contextmanager
def delivering(engine: Engine, settings: Settings) -> Generator[Delivery | None]:
    """Pass series on to VictoriaMetrics in a thread, where there is one."""
    if settings.victoriametrics_url is None:
        yield None
        return
    url, stop = str(settings.victoriametrics_url).rstrip("/"), threading.Event()
    username = settings.victoria_metrics_username
    password = settings.victoria_metrics_password.get_secret_value()
    with closing(VictoriaMetrics(url, username=username, password=password)) as victoria_metrics:
        delivery = Delivery(
            engine,
            OUTBOX,
            victoria_metrics.write,
            destination=f"VictoriaMetrics at {url}",
            limits=Limits(max_bytes=settings.outbox_max_bytes),
        )
        thread = threading.Thread(target=delivery.run, args=(stop,), name="delivery")
        thread.start()
        try:
            yield delivery
        finally:
            stop.set()
            thread.join()


@contextmanager
def _following(
    engine: Engine, config: ConfigFile, delivery: Delivery | None, now: Callable[[], datetime]
) -> Generator[None]:
    """Follow the places of boards in a thread, where their series go anywhere."""
    if delivery is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(
        target=follow_places,
        args=(engine, lambda: placed_boards(config.current()), now, stop),
        name="places",
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _register(services: Services, registry: CollectorRegistry) -> None:
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(
        BoardsCollector(
            services.engine,
            lambda: placed_boards(services.config.current()),
            services.settings.silent_after_seconds,
            services.now,
        )
    )
    if services.delivery:
        registry.register(OutboxCollector(services.delivery))
