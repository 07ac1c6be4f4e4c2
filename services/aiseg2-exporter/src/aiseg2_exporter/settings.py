"""Settings, from the environment and a `.env` in the working directory.

The names of the unit and of InfluxDB are those of the forwarder that this replaces
(shimosyan/aiseg2-influxdb-forwarder), whose `.env` works unchanged.
"""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from aiseg2_exporter.client import Connection
from exporter_kit import ExporterSettings
from service_kit.settings import Port, Seconds
from timeseries_io.settings import Flag, Host, InfluxDBSettings, Secret, Text


class Settings(ExporterSettings, InfluxDBSettings):
    """The unit, the exporter and the forwarder.

    Attributes:
        deadline_seconds: For one request to the unit.
        energy_interval_seconds: Between two readings of the house's energy of the day.
        circuit_energy_seconds: In which the energy of every placed circuit is read once.
        victoriametrics_url: Where the hours of an outage are written; empty: nowhere.
        refill_password_file: Its password, read when it is needed: it is made at its first start.
        forward_interval_seconds: Between two points of each series.
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8")

    listen_port: Port = 9104
    poll_interval_seconds: Seconds = 10.0
    deadline_seconds: Seconds = 10.0
    energy_interval_seconds: Seconds = 60.0
    circuit_energy_seconds: Seconds = 300.0

    aiseg2_host: Host = Field(min_length=1)
    aiseg2_user: Text = "aiseg"
    aiseg2_password: Secret
    aiseg2_use_https: Flag = False

    victoriametrics_url: Text = ""
    victoria_metrics_username: Text = ""
    refill_password_file: Path | None = None

    forward_interval_seconds: Seconds = 5.0

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
    def outbox_file(self) -> Path:
        """Return where points wait."""
        return self.state_dir / "aiseg2-exporter.outbox.db"
