"""The configuration file in use: the last good one, and whether the file has changed since."""

import asyncio
import hashlib
import logging
from pathlib import Path

from exporter_kit.clock import Clock
from home_model.load import load_home
from home_model.problems import ConfigError

LOG = logging.getLogger(__name__)


class Configuration:
    """Loads at once.

    Raises:
        ConfigError: There is no good configuration to begin with.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._digest = _digest(path)
        self.home = load_home(path)
        self.last_load_good = True
        self.last_good_unix_seconds = clock.now().timestamp()

    def changed(self) -> bool:
        """Whether the content is another than that last tried. A swapped symlink shows so too."""
        return _digest(self._path) != self._digest

    async def load_again(self) -> bool:
        """Try the file; a bad one is told line by line and changes nothing."""
        self._digest = _digest(self._path)
        try:
            self.home = await asyncio.to_thread(load_home, self._path)
        except ConfigError as error:
            self.last_load_good = False
            for problem in error.problems:
                LOG.error("%s", problem)  # noqa: TRY400 - the problems are the message
            LOG.error("the configuration is not used; the last good one stays")  # noqa: TRY400
            return False
        self.last_load_good = True
        self.last_good_unix_seconds = self._clock.now().timestamp()
        LOG.info("%s is loaded: %d devices", self._path, len(self.home.devices))
        return True


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""
