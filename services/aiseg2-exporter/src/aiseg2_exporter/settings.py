"""Settings, from the environment and a `.env` in the working directory.

The names of the unit and of InfluxDB are those of the forwarder that this replaces
(shimosyan/aiseg2-influxdb-forwarder), whose `.env` works unchanged: a flag is on only when it is
exactly `1`, a comment may follow a value, and a host has no scheme.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from aiseg2_exporter.client import Connection
from exporter_kit import ExporterSettings
from service_kit.settings import Port, Seconds
from timeseries_io.influxdb import InfluxDB1, InfluxDB2, Target

BYTES_PER_MEGABYTE = 1_000_000


def _without_comment(value: object) -> object:
    # `docker run --env-file` hands over the comment too.
    return value.split(" #")[0].strip() if isinstance(value, str) else value


def _is_one(value: object) -> bool:
    return value is True or _without_comment(value) == "1"


type Text = Annotated[str, BeforeValidator(_without_comment)]
type Flag = Annotated[bool, BeforeValidator(_is_one)]
type Secret = Annotated[SecretStr, BeforeValidator(_without_comment)]


class Settings(ExporterSettings):
    """The unit, the exporter and the forwarder.

    Attributes:
        deadline_seconds: For one request to the unit.
        energy_interval_seconds: Between two readings of the house's energy of the day.
        circuit_energy_seconds: In which the energy of every placed circuit is read once.
        forward_interval_seconds: Between two points of each series.
        influxdb_database: Of an InfluxDB 1.x; without it the server is a 2.x.
        outbox_max_megabytes: Of points that wait; beyond it the oldest are dropped and counted.
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8")

    listen_port: Port = 9104
    poll_interval_seconds: Seconds = 10.0
    deadline_seconds: Seconds = 10.0
    energy_interval_seconds: Seconds = 60.0
    circuit_energy_seconds: Seconds = 300.0

    aiseg2_host: Text = Field(min_length=1)
    aiseg2_user: Text = "aiseg"
    aiseg2_password: Secret
    aiseg2_use_https: Flag = False

    forward_influxdb: Flag = True
    forward_interval_seconds: Seconds = 5.0
    outbox_max_megabytes: int = Field(default=256, ge=1)
    influxdb_host: Text = ""
    influxdb_use_https: Flag = False
    influxdb_token: Secret = SecretStr("")
    influxdb_org: Text = ""
    influxdb_bucket: Text = ""
    influxdb_database: Text = ""
    influxdb_user: Text = ""
    influxdb_password: Secret = SecretStr("")
    influxdb_retention_policy: Text = ""

    @property
    def connection(self) -> Connection:
        """Return how the unit is reached."""
        return Connection(
            host=self.aiseg2_host,
            user=self.aiseg2_user,
            password=self.aiseg2_password.get_secret_value(),
            use_https=self.aiseg2_use_https,
            deadline_seconds=self.deadline_seconds,
        )

    @property
    def forwards(self) -> bool:
        """Return whether points go to InfluxDB."""
        return self.forward_influxdb and bool(self.influxdb_host)

    @property
    def outbox_file(self) -> Path:
        """Return where points wait."""
        return self.state_dir / "aiseg2-exporter.outbox.db"

    @property
    def outbox_max_bytes(self) -> int:
        """Return the bound of the outbox."""
        return self.outbox_max_megabytes * BYTES_PER_MEGABYTE

    @property
    def influxdb_target(self) -> Target:
        """Return where points go."""
        url = f"{'https' if self.influxdb_use_https else 'http'}://{self.influxdb_host}"
        if self.influxdb_database:
            return InfluxDB1(
                url,
                self.influxdb_database,
                self.influxdb_user,
                self.influxdb_password.get_secret_value(),
                self.influxdb_retention_policy,
            )
        token = self.influxdb_token.get_secret_value()
        return InfluxDB2(url, self.influxdb_org, self.influxdb_bucket, token)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.forwards and not self.influxdb_database:
            needed = ("influxdb_token", "influxdb_org", "influxdb_bucket")
            missing = [name.upper() for name in needed if name not in self.model_fields_set]
            if missing:
                message = (
                    f"INFLUXDB_HOST is set, so {', '.join(missing)} must be too (InfluxDB 2), or "
                    "INFLUXDB_DATABASE (InfluxDB 1.x); FORWARD_INFLUXDB=0 turns forwarding off"
                )
                raise ValueError(message)
        return self
