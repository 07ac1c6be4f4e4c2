"""One process of `make up`: its command, environment and ports."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from up.accounts import SECRETS


@dataclass(frozen=True, slots=True)
class Part:
    """One process.

    Attributes:
        ports: The setting that chooses a port, and the port.
        ready: A URL that answers 2xx once the part works, or that of a file that is there then.
        after: What must be ready before it starts.
        scraped: Its first port has /metrics of devices.
        may_be_late: It joins when it can; nobody who opens the page waits for it.
    """

    name: str
    command: tuple[str, ...]
    ports: Mapping[str, int]
    ready: str
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    scraped: bool = False
    may_be_late: bool = False

    def environment(self) -> dict[str, str]:
        """Our own environment without the secrets, then what this part is given."""
        inherited = {key: value for key, value in os.environ.items() if key not in SECRETS}
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.env}


def at(port: int, path: str) -> str:
    """The URL of a part of ours."""
    return f"http://127.0.0.1:{port}{path}"
