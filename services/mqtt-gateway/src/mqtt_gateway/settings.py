"""Settings from the environment, and the gateway's own configuration file."""

import ssl
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator

from exporter_kit import ExporterSettings
from home_model.load import load_model
from home_model.sources import MqttSource, Strict
from mqtt_gateway.client import Broker, make_tls_context
from mqtt_gateway.devices import CAPTURE
from service_kit.errors import CannotStartError
from service_kit.settings import Port
from timeseries_io.settings import Host, InfluxDBSettings

PLAIN_PORT, TLS_PORT = 1883, 8883
EXAMPLE = "config/mqtt.example.yaml"


class GatewayDevice(MqttSource):
    """A device of `mqtt.yaml`; with a `+` in place of its name, every device of this form."""

    allows_patterns: ClassVar[bool] = True

    source: Literal["mqtt"] = "mqtt"

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        levels = [topic.split("/") for topic in self.topics]
        counts = {each.count(CAPTURE) for each in levels}
        has_part = any(CAPTURE in level and level != CAPTURE for each in levels for level in each)
        if len(counts) > 1 or counts - {0, 1} or has_part:
            message = "a pattern has one whole level `+`, the same in the id and in every topic"
            raise ValueError(message)
        return self


class GatewayConfig(Strict):
    """`mqtt.yaml`: what is written to InfluxDB beside the devices of `devices.yaml`.

    Attributes:
        max_devices: That patterns may find.
    """

    max_devices: int = Field(default=100, ge=1, le=10_000)
    devices: tuple[GatewayDevice, ...] = ()

    @property
    def fixed(self) -> tuple[MqttSource, ...]:
        """Return the devices that are configured by name."""
        return tuple(device for device in self.devices if CAPTURE not in device.id)

    @property
    def patterns(self) -> tuple[MqttSource, ...]:
        """Return the patterns."""
        return tuple(device for device in self.devices if CAPTURE in device.id)

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        keys = [device.key for device in self.devices]
        repeated = sorted({key[0] for key in keys if keys.count(key) > 1})
        if repeated:
            message = f"{', '.join(repeated)} is here twice: write `meter`, or remove one"
            raise ValueError(message)
        return self


class Settings(ExporterSettings, InfluxDBSettings):
    """The broker, the exporter and InfluxDB.

    Attributes:
        mqtt_port: Default: 8883 with TLS, else 1883.
        mqtt_ca_file: Of the CA that signed the broker's certificate; without it those of the
            system are trusted.
        mqtt_client_id: No two clients of a broker may have the same.
        mqtt_config_file: What is written to InfluxDB besides; may be missing.
    """

    listen_port: Port = 9106

    mqtt_host: Host = Field(min_length=1)
    mqtt_port: Port | None = None
    mqtt_tls: bool = False
    mqtt_ca_file: Path | None = None
    mqtt_username: str = ""
    mqtt_password: SecretStr = SecretStr("")
    mqtt_client_id: str = Field(default="ppms-mqtt-gateway", min_length=1, max_length=128)
    mqtt_keepalive_seconds: int = Field(default=20, ge=5, le=600)
    mqtt_config_file: Path = Path("config/mqtt.yaml")

    def broker(self, client_id_suffix: str = "") -> Broker:
        """Return where to connect.

        Args:
            client_id_suffix: Of a second client beside the gateway, whose session ends with its
                connection.

        Raises:
            CannotStartError: The certificate of the CA cannot be used.
        """
        return Broker(
            host=self.mqtt_host,
            port=self.mqtt_port or (TLS_PORT if self.mqtt_tls else PLAIN_PORT),
            client_id=f"{self.mqtt_client_id}{client_id_suffix}",
            username=self.mqtt_username,
            password=self.mqtt_password.get_secret_value(),
            tls=self._tls_context() if self.mqtt_tls else None,
            keepalive_seconds=self.mqtt_keepalive_seconds,
            keeps_session=not client_id_suffix,
        )

    def load_config(self) -> GatewayConfig:
        """Return the gateway's own configuration; an empty one where `devices.yaml` is all.

        Raises:
            ConfigError: It cannot be used, or there is neither.
        """
        if self.config_file.exists() and not self.mqtt_config_file.exists():
            return GatewayConfig()
        return load_model(GatewayConfig, self.mqtt_config_file, EXAMPLE)

    @property
    def outbox_file(self) -> Path:
        """Return where points wait."""
        return self.state_dir / "mqtt-gateway.outbox.db"

    @property
    def session_file(self) -> Path:
        """Return where it is kept what the broker's session has subscribed to."""
        return self.state_dir / "mqtt-gateway.session.json"

    def _tls_context(self) -> ssl.SSLContext:
        try:
            return make_tls_context(self.mqtt_ca_file)
        except (OSError, ssl.SSLError) as error:
            message = f"MQTT_CA_FILE {self.mqtt_ca_file} cannot be used ({error})"
            raise CannotStartError(message) from None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.mqtt_ca_file and not self.mqtt_tls:
            message = "MQTT_CA_FILE is set, so MQTT_TLS must be 1"
            raise ValueError(message)
        if self.mqtt_password.get_secret_value() and not self.mqtt_username:
            message = "MQTT_PASSWORD is set, so MQTT_USERNAME must be too"
            raise ValueError(message)
        return self
