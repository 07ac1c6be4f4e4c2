"""The configuration file as it stands now: read again when it changes, the last good one kept."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError

log = logging.getLogger(__name__)

type CurrentHome = Callable[[], Home]
type Stamp = tuple[int, int, int] | None


class HomeFile:
    """Call it for the house. The file is looked at on every call and parsed only when it changed.

    Raises:
        ConfigError: The file has problems when it is read for the first time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._stamp = _stamp(path)
        self._home = load_home(path)

    def __call__(self) -> Home:
        """The house by the last good state of the file."""
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
            log.info("configuration read again: %s", self._path)
        except ConfigError as error:
            log.error("configuration not taken, the last good one stays:\n%s", error)  # noqa: TRY400
        self._stamp = stamp


def _stamp(path: Path) -> Stamp:
    # The inode too: a ConfigMap is changed by pointing a link at another file.
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_mtime_ns, now.st_size, now.st_ino
