"""What the broker's session has subscribed to, kept over restarts.

The broker keeps the subscriptions of a session and has no request that lists them. Subscribing
anew would bring every retained message again; not unsubscribing, those of devices that are gone.
"""

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from service_kit.files import write_atomically

LOG = logging.getLogger(__name__)


class Subscribed:
    """The filters that one broker has accepted from one client id.

    Args:
        file: Where they are kept; None for a session that ends with its connection.
        session: Which session: another one has subscribed to nothing yet.
    """

    def __init__(self, file: Path | None, session: str) -> None:
        self._file, self._session = file, session
        self.filters: frozenset[str] = self._load()

    def add(self, filters: Iterable[str]) -> None:
        """Record filters that the broker has accepted."""
        self._set(self.filters | set(filters))

    def remove(self, filters: Iterable[str]) -> None:
        """Record filters that the broker has removed."""
        self._set(self.filters - set(filters))

    def forget(self) -> None:
        """Record that the session is a new one."""
        self._set(frozenset())

    def _set(self, filters: frozenset[str]) -> None:
        if filters == self.filters:
            return
        self.filters = filters
        if self._file is None:
            return
        document = {"session": self._session, "filters": sorted(filters)}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps(document).encode())
        except OSError as error:
            LOG.warning("%s cannot be written: %s", self._file, error)

    def _load(self) -> frozenset[str]:
        if self._file is None or not self._file.exists():
            return frozenset()
        try:
            document = json.loads(self._file.read_bytes())
            is_ours = document["session"] == self._session
            return frozenset(document["filters"]) if is_ours else frozenset()
        except (OSError, ValueError, KeyError, TypeError) as error:
            LOG.warning("%s was not used: %s", self._file, error)
            return frozenset()
