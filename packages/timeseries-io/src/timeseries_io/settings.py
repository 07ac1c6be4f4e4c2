"""The settings of a process that forwards points to InfluxDB, the same for every one.

The names are those of shimosyan/aiseg2-influxdb-forwarder, whose `.env` works unchanged: a flag is
on only when it is exactly `1`, a comment may follow a value, and a host has no scheme.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from service_kit.settings import Settings
from timeseries_io.influxdb import InfluxDB1, InfluxDB2, Target

BYTES_PER_MEGABYTE = 1_000_000


def _without_comment(value: object) -> object:
    # `docker run --env-file` hands over the comment too.
    return value.split(" #")[0].strip() if isinstance(value, str) else value


def _is_one(value: object) -> bool:
    return value is True or _without_comment(value) == "1"


def _without_account(text: str) -> str:
    # The address is logged.
    if "@" in text:
        message = "it is host or host:port; user and password have variables of their own"
        raise ValueError(message)
    return text


type Text = Annotated[str, BeforeValidator(_without_comment)]
type Host = Annotated[Text, AfterValidator(_without_account)]
type Flag = Annotated[bool, BeforeValidator(_is_one)]
type Secret = Annotated[SecretStr, BeforeValidator(_without_comment)]


class InfluxDBSettings(Settings):
    """Where points go; nowhere without INFLUXDB_HOST.

    Attributes:
        influxdb_database: Of an InfluxDB 1.x; without it the server is a 2.x.
        outbox_max_megabytes: Of points that wait; beyond it the oldest are dropped and counted.
    """

    forward_influxdb: Flag = True
    outbox_max_megabytes: int = Field(default=256, ge=1)
    influxdb_host: Host = ""
    influxdb_use_https: Flag = False
    influxdb_token: Secret = SecretStr("")
    influxdb_org: Text = ""
    influxdb_bucket: Text = ""
    influxdb_database: Text = ""
    influxdb_user: Text = ""
    influxdb_password: Secret = SecretStr("")
    influxdb_retention_policy: Text = ""

    @property
    def forwards(self) -> bool:
        """Return whether points go to InfluxDB."""
        return self.forward_influxdb and bool(self.influxdb_host)

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
