"""Keep the register in step with the configuration file: a change is written from now on."""

import logging
from collections.abc import Callable
from threading import RLock

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bff.db.engine import read_session, write_session
from bff.register.register import Register, register_of
from bff.register.store import (
    save_home,
    select_corrections,
    select_corrections_version,
    select_rows,
)
from bff.time_grid import Now, unix_milliseconds
from home_model.config import Home

LOG = logging.getLogger(__name__)


class RegisterKeeper:
    """The register of one BFF. May be used from several threads.

    Args:
        home: Returns the present configuration; the same object while it does not change.
        engine: The database, with its tables.
        now: The instant at which changes begin.
    """

    def __init__(self, home: Callable[[], Home], engine: Engine, now: Now) -> None:
        self._home = home
        self._engine = engine
        self._now = now
        self._lock = RLock()
        self._register = self._save(home())

    def current(self) -> Register:
        """Return the register, after writing what changed in the configuration file.

        While the database cannot be written, what it was before; it is tried again each time.
        """
        home = self._home()
        if home is self._register.home:
            return self._register
        with self._lock:
            if home is not self._register.home:
                try:
                    self._register = self._save(home)
                except SQLAlchemyError as error:
                    LOG.error("the changed configuration cannot be registered: %s", error)  # noqa: TRY400 - one line
            return self._register

    def ledger_home(self) -> Home:
        """Return the configuration with retired devices and former names."""
        return self.current().ledger_home

    def reload(self) -> Register:
        """Return the register after a correction."""
        with self._lock:
            self._register = self._load(self._register.home)
            return self._register

    def follow(self, session: Session) -> None:
        """Load corrections that another BFF on this database has saved."""
        if select_corrections_version(session) != self._corrections_version:
            self.reload()

    def _save(self, home: Home) -> Register:
        with write_session(self._engine) as session:
            save_home(session, home, unix_milliseconds(self._now()))
        return self._load(home)

    def _load(self, home: Home) -> Register:
        with read_session(self._engine) as session:
            # First: a correction that is saved meanwhile is loaded once more.
            self._corrections_version = select_corrections_version(session)
            return register_of(home, select_rows(session), select_corrections(session))
