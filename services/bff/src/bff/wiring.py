"""Put the parts of one BFF together."""

from dataclasses import replace
from functools import partial

from sqlalchemy import Engine

from bff.changes.query import note_result, note_rules
from bff.contract_templates.query import FILE_AUTHOR, agree_at_first_start, load_templates
from bff.db.engine import BoundedCache, DatabaseVersion, VersionedCache, max_cached_bytes
from bff.db.migrate import open_database
from bff.db.revisions import Author
from bff.ledger.ledger import Ledger
from bff.ledger.query import LedgerEnergy
from bff.ledger.worker import LedgerWorker
from bff.register.keeper import RegisterKeeper
from bff.replicas.replicas import Replicas
from bff.replicas.worker import SharedWorker
from bff.services import Services
from bff.settings import Settings
from bff.time_grid import Now
from bff.victoriametrics.client import VictoriaMetrics
from service_kit.clock import utc_now
from service_kit.config_file import ConfigFile
from service_kit.database import repeat_on_conflict


def open_services(settings: Settings, now: Now = utc_now) -> Services:
    """Load the configuration, open the database, and start the ledger's worker.

    Raises:
        ConfigError: The configuration file has problems.
        DatabaseUnusableError: The database cannot be used.
        TemplateError: A file of the contracts folder cannot be used.
    """
    config = ConfigFile(settings.config_file)
    engine = open_database(settings.database_url.get_secret_value())
    templates = load_templates(settings.used_contracts_folder)
    agreed = partial(agree_at_first_start, engine, templates, Author(FILE_AUTHOR, now()))
    repeat_on_conflict(agreed)
    victoriametrics = VictoriaMetrics(
        str(settings.victoriametrics_url),
        auth=settings.victoria_metrics_auth(),
        deadline_seconds=settings.victoriametrics_deadline_seconds,
    )
    register = repeat_on_conflict(partial(RegisterKeeper, config.current, engine, now))
    version = DatabaseVersion(engine)
    max_bytes = max_cached_bytes(len(config.current().devices))
    ledger = Ledger(
        register.ledger_home,
        engine,
        victoriametrics,
        now,
        cache=VersionedCache(version, version.of_tables, max_bytes),
        days=BoundedCache(max_bytes // 4),
        samples_kept_days=settings.samples_kept_days,
    )
    repeat_on_conflict(partial(note_rules, engine, register.ledger_home(), now()))
    on_complete = partial(_note_result, engine, register, now)
    if engine.dialect.name == "sqlite":
        replicas, worker = None, LedgerWorker(ledger, on_complete=on_complete)
    else:
        replicas = Replicas(engine, ledger.status, register.follow)
        worker = SharedWorker(
            replace(ledger, engine=replicas.worker_engine()), replicas, on_complete
        )
    worker.start()
    return Services(
        settings=settings,
        config=config,
        engine=engine,
        version=version,
        victoriametrics=victoriametrics,
        register=register,
        ledger=ledger,
        worker=worker,
        energy_between=LedgerEnergy(ledger),
        replicas=replicas,
        now=now,
    )


def _note_result(engine: Engine, register: RegisterKeeper, now: Now) -> None:
    note_result(engine, register.ledger_home(), now())


def close_services(services: Services) -> None:
    """Stop the worker, close connections and files."""
    services.worker.stop()
    services.victoriametrics.close()
    services.version.close()
    services.engine.dispose()
