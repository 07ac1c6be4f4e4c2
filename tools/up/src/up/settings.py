"""Settings of `make up`: environment variables of these names in capitals."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from home_model.sources import SOURCES, SourceInfo
from service_kit.settings import Port

DEFAULT_CONFIG_FILE = Path("config/devices.yaml")


def _exporter_ports() -> Any:  # noqa: ANN401 - ports as texts, which the model checks
    ports = {row.port_variable: row.default_port for row in SOURCES}
    return {name: os.environ.get(name) or port for name, port in ports.items()}


def _secrets() -> Any:  # noqa: ANN401 - texts, which the model makes secret
    names = [name for row in SOURCES for name in row.all_secrets]
    return {name: os.environ[name] for name in names if os.environ.get(name)}


class Settings(BaseSettings):
    """Where things listen and what they read. All ports are on loopback addresses.

    Attributes:
        exporter_ports: By the variable that chooses them, such as SWITCHBOT_EXPORTER_PORT.
        secrets: Those of all sources that are set, by their variables.
        virtual_home: Whether to start a home that does not exist; by default where there is neither
            a configuration nor a credential.
        virtual_bluetooth: Whether the virtual home has a radio; by default where
            scripts/setup-bluetooth-mock has been run.
        virtual_matter: Whether two of its plugs are also read over Matter; by default where
            scripts/setup-matter has been run and namespaces can be made.
        virtual_mqtt: Whether three of its devices are also read over MQTT; by default where there
            is a mosquitto.
        virtual_boards: Whether two of its devices are also measured by ESP32 boards: by their
            firmware where scripts/setup-micropython has been run, else as it was recorded.
        matter_server_url: Of a real home with `matter` sources; else the exporter's default.
        fetchers: Which of its sources an exporter with several reads; by default those configured.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, validate_default=True)

    page_port: Port = 8080
    bff_port: Port = 8000
    bff_health_port: Port = 8001
    vm_port: Port = 8428
    measurements_port: Port = 8020
    virtual_home_port: Port = 8010
    virtual_plugs_port: Port = 8011
    virtual_matter_port: Port = 8012  # not 5580: a real Matter server may be there
    virtual_aiseg2_port: Port = 8013
    virtual_mqtt_port: Port = 8014
    exporter_ports: dict[str, Port] = Field(default_factory=_exporter_ports)

    data_dir: Path = Path(".var")
    config_file: Path = DEFAULT_CONFIG_FILE
    backfill_days: int = 60
    virtual_home: bool | None = None
    virtual_bluetooth: bool | None = None
    virtual_matter: bool | None = None
    virtual_boards: bool = True
    virtual_mqtt: bool | None = None
    matter_server_url: str | None = None
    fetchers: str | None = None
    secrets: dict[str, SecretStr] = Field(default_factory=_secrets)

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        for row in SOURCES:
            missing = [name for name in row.secrets if name not in self.secrets]
            if missing and len(missing) < len(row.secrets):
                message = f"{' and '.join(row.secrets)} go together: set both, or none"
                raise ValueError(message)
        return self

    @cached_property
    def is_virtual(self) -> bool:
        """Without a configuration, an account or a Matter server there is a virtual home."""
        if self.virtual_home is not None:
            return self.virtual_home
        is_real = (
            self.config_file.exists()
            or self.config_file != DEFAULT_CONFIG_FILE
            or self.secrets
            or self.matter_server_url
        )
        return not is_real

    @property
    def home_file(self) -> Path:
        """The configuration that all processes read: in a virtual home a copy (see `house`)."""
        return self.home_dir / "devices.json" if self.is_virtual else self.config_file.resolve()

    @property
    def home_dir(self) -> Path:
        """The data of this home. The virtual one never mixes with a real one."""
        return (self.data_dir / ("virtual-home" if self.is_virtual else "home")).resolve()

    def exporter_port(self, row: SourceInfo) -> int:
        """Return where an exporter listens."""
        return self.exporter_ports[row.port_variable]

    def state_dir(self, service: str) -> Path:
        """Return where an exporter keeps its counters."""
        return self.home_dir / service
