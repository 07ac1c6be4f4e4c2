"""One process of `make up`: its command, environment and ports."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from home_model.sources import SOURCES

# Without these, glibc's arena of each thread keeps what a few large answers at once have freed.
# Images have the same (docker/python.Dockerfile); docs/performance-services.md has their worth.
ALLOCATOR: Mapping[str, str] = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}
# Names that hold secrets of services that read no devices; those of exporters are in `SOURCES`.
OTHER_SECRETS = frozenset({"DATABASE_URL", "VICTORIA_METRICS_PASSWORD"})
# A vendor that nobody has added yet may have its password in the shell that runs `make up`.
SECRET_SUFFIXES = ("_KEY", "_PASSWORD", "_SECRET", "_TOKEN")


@dataclass(frozen=True, slots=True)
class Process:
    """One process.

    Attributes:
        ports: The setting that chooses a port, and the port.
        ready: A URL that answers 2xx once the process works, or the `file://` URL of a file that
            exists then.
        env: What it is given beside the environment of `make up`, secrets included.
        after: What must be ready before it starts.
        is_scraped: Its first port has /metrics of devices.
        may_join_late: The page is announced without waiting for it.
    """

    name: str
    command: tuple[str, ...]
    ports: Mapping[str, int]
    ready: str
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    is_scraped: bool = False
    may_join_late: bool = False

    def environment(self) -> dict[str, str]:
        """Return the environment of `make up` without any secret, then `env`.

        What the environment says about the allocator stays.
        """
        inherited = {key: value for key, value in os.environ.items() if not is_secret(key)}
        return {**ALLOCATOR, **inherited, "PYTHONUNBUFFERED": "1", **self.env}


def is_secret(name: str) -> bool:
    """Return whether an environment variable may hold a secret."""
    of_sources = {secret for row in SOURCES for secret in row.all_secrets}
    return name in of_sources | OTHER_SECRETS or name.endswith(SECRET_SUFFIXES)


def local_url(port: int, path: str) -> str:
    """Return the URL of a process of ours."""
    return f"http://127.0.0.1:{port}{path}"
