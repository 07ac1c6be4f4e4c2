"""The configuration file in use: the last good one, loaded again when its content changes."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError
from service_kit.clock import utc_now

LOG = logging.getLogger(__name__)

type FileState = tuple[int, int, int] | None


class ConfigFile:
    """Loads at once; later problems are logged line by line and change nothing.

    May be used from several threads.

    Raises:
        ConfigError: There is no good configuration to begin with.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._path = path
        self._now = now
        self._lock = Lock()
        self._state, self._digest = _file_state(path), _digest(path)
        self.home: Home = load_home(path)
        self.last_load_good = True
        self.last_good_unix_seconds = now().timestamp()

    def current(self) -> Home:
        """Return the last good configuration of the file as it is now."""
        if self.is_stale():
            self.reload()
        return self.home

    def is_stale(self) -> bool:
        """Return whether the content may differ from that last tried. Does not read the file."""
        return _file_state(self._path) != self._state

    def reload(self, *, force: bool = False) -> bool:
        """Load the file if its content differs from that last tried.

        Args:
            force: Load it even if its content is the same.

        Returns:
            Whether it was loaded and is in use.
        """
        with self._lock:
            state = _file_state(self._path)
            before, self._digest = self._digest, _digest(self._path)
            is_loaded = (force or before != self._digest) and self._load()
            # Last, so that another thread waits for the new configuration, not uses the old one.
            self._state = state
            return is_loaded

    def _load(self) -> bool:
        try:
            self.home = load_home(self._path)
        except ConfigError as error:
            self.last_load_good = False
            for problem in error.problems:
                LOG.error("%s", problem)  # noqa: TRY400 - the problems are the message
            LOG.error("the configuration is not used; the last good one stays")  # noqa: TRY400
            return False
        self.last_load_good = True
        self.last_good_unix_seconds = self._now().timestamp()
        LOG.info("%s is loaded: %d devices", self._path, len(self.home.devices))
        return True


def _file_state(path: Path) -> FileState:
    # The inode too: a ConfigMap is changed by pointing a link at another file.
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""
