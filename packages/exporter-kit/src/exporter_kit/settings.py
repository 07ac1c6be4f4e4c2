"""The settings that every exporter has, read once from the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

type Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
type Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """Settings that must not be used. One line for each, with the variable's name."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class FileSettings(BaseSettings):
    """Where the configuration is: all that `--check` needs to look at it."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    config_file: Path = Path("config/devices.yaml")


class ExporterSettings(FileSettings):
    """Subclass to add the exporter's own; secrets are `SecretStr`, so that the log knows them."""

    state_dir: Path = Path("state")
    listen_host: str = "127.0.0.1"
    listen_port: Port = 9101
    poll_interval_seconds: Seconds = 60.0
    deadline_seconds: Seconds = 5.0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"


def read_settings[S: BaseSettings](settings: type[S]) -> S:
    """Read the environment.

    Raises:
        SettingsError: A variable is missing or wrong.
    """
    try:
        return settings()
    except ValidationError as error:
        lines = (
            f"{'.'.join(str(step) for step in item['loc']).upper()}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(tuple(lines)) from None


def secrets_of(settings: BaseSettings) -> tuple[str, ...]:
    """The values that must not be seen anywhere."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr))
