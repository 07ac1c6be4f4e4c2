"""The settings of the environment, loaded once in `__main__`."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr

from service_kit.settings import LogSettings, Names, Port, Seconds

BYTES_PER_MEGABYTE = 1_000_000


class FileSettings(LogSettings):
    """Where the configuration is: all that `--check` needs to validate it."""

    config_file: Path = Path("config/devices.yaml")


class DatabaseSettings(LogSettings):
    """The database: all that the commands for tokens need."""

    database_url: SecretStr


class Settings(FileSettings, DatabaseSettings):
    """One process.

    Attributes:
        measurements_host: Where boards send to; 0.0.0.0 for boards on the local network.
        listen_host: Of /metrics, /healthz and /readyz, which boards do not need.
        allowed_hosts: Names of the health port, besides those that nobody else can register.
        victoriametrics_url: Without it nothing is passed on.
        silent_after_seconds: A board that sent nothing for so long is down.
        max_batch: Measurements in one request.
        max_requests_per_minute: Of one token.
        allowed_origin: Of pages whose scripts may read answers.
        virtual_home: Boards of the virtual home need no token while there is none.
    """

    listen_host: str = "127.0.0.1"
    listen_port: Port = 9107
    allowed_hosts: Names = ()
    measurements_host: str = "127.0.0.1"
    measurements_port: Port = 8020
    victoriametrics_url: HttpUrl | None = None
    victoria_metrics_username: str = ""
    victoria_metrics_password: SecretStr = SecretStr("")
    silent_after_seconds: Seconds = 900.0
    max_batch: Annotated[int, Field(ge=1)] = 1_000
    max_body_bytes: Annotated[int, Field(ge=1_000)] = 1_000_000
    max_requests_per_minute: Annotated[int, Field(ge=1)] = 600
    outbox_max_megabytes: Annotated[int, Field(ge=1)] = 256
    allowed_origin: str = ""
    virtual_home: bool = False

    @property
    def outbox_max_bytes(self) -> int:
        """Return the bound of what waits for VictoriaMetrics."""
        return self.outbox_max_megabytes * BYTES_PER_MEGABYTE
