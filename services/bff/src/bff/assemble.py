"""Put the parts of one BFF together."""

from functools import partial

from bff.house import HomeFile
from bff.ledger.follow import Follower
from bff.ledger.ledger import Ledger
from bff.ledger.read import energy_between
from bff.migrate import open_database
from bff.services import Clock, Services, utc_now
from bff.settings import Settings
from bff.victoriametrics.client import VictoriaMetrics


def open_services(settings: Settings, now: Clock = utc_now) -> Services:
    """Read the configuration, open the database, and make the rest of it.

    Raises:
        ConfigError: The configuration file has problems.
        DatabaseUnusable: The database cannot be used.
    """
    home = HomeFile(settings.config_file)
    engine = open_database(settings.database_url.get_secret_value())
    victoriametrics = VictoriaMetrics(
        str(settings.victoriametrics_url),
        auth=settings.victoria_metrics_auth(),
        deadline_seconds=settings.victoriametrics_deadline_seconds,
    )
    ledger = Ledger(home, engine, victoriametrics, now)
    follower = Follower(ledger)
    follower.start()
    return Services(
        settings=settings,
        home=home,
        engine=engine,
        victoriametrics=victoriametrics,
        ledger=ledger,
        follower=follower,
        energy_between=partial(energy_between, ledger),
        now=now,
    )


def close_services(services: Services) -> None:
    """Give connections and files back."""
    services.follower.stop()
    services.victoriametrics.close()
    services.engine.dispose()
