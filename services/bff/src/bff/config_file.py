"""The configuration file: loaded again when it changes, the last good state kept."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError

LOG = logging.getLogger(__name__)

type CurrentHome = Callable[[], Home]
type Stamp = tuple[int, int, int] | None


class HomeFile:
    """Call it for the house. Each call compares the file's stamp and parses it when it changed.

    Raises:
        ConfigError: The file has problems when it is loaded for the first time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._stamp = _stamp(path)
        self._home = load_home(path)

    def __call__(self) -> Home:
        """Return the house of the last good state of the file."""
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            with self._lock:
                self._reload(stamp)
        return self._home

    def _reload(self, stamp: Stamp) -> None:
        if stamp == self._stamp:
            return  # another thread was faster
        try:
            self._home = load_home(self._path)
            LOG.info("configuration loaded again: %s", self._path)
        except ConfigError as error:
            LOG.error("configuration refused, the last good one stays:\n%s", error)  # noqa: TRY400
        self._stamp = stamp


def _stamp(path: Path) -> Stamp:
    # The inode too: a ConfigMap is changed by pointing a link at another file.
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_mtime_ns, now.st_size, now.st_ino
