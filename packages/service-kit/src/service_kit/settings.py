"""Settings: read once from the environment, frozen, every problem listed at once."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service_kit.errors import SettingsError

type Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
type Port = Annotated[int, Field(ge=1, le=65535)]


def _names(text: str | tuple[str, ...]) -> tuple[str, ...]:
    parts = text.split(",") if isinstance(text, str) else text
    return tuple(part.strip().lower() for part in parts if part.strip())


# Host names, separated by commas.
type Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
type LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
type LogFormat = Literal["json", "console"]


class Settings(BaseSettings):
    """Subclass with one field for each variable; secrets are `SecretStr`, so that no log has them.

    A variable has the field's name in capitals; an empty one counts as not set.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)


class LogSettings(Settings):
    """The settings of `service_kit.log`, the same for every service."""

    log_level: LogLevel = "INFO"
    log_format: LogFormat = "console"


def load_settings[S: BaseSettings](settings_type: type[S]) -> S:
    """Return the settings of the environment.

    Raises:
        SettingsError: A variable is missing or wrong.
    """
    try:
        return settings_type()
    except ValidationError as error:
        items = error.errors(include_input=False, include_url=False)
        raise SettingsError(tuple(_line(item) for item in items)) from None


def _line(item: ErrorDetails) -> str:
    variable = ".".join(str(step) for step in item["loc"]).upper()
    # A rule for several variables has no place of its own; its text names them.
    return f"{variable}: {item['msg']}" if variable else item["msg"]


def secret_values(settings: BaseSettings) -> tuple[str, ...]:
    """Return the values that no output may contain."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr))


def secret_variables(settings_type: type[BaseSettings]) -> tuple[str, ...]:
    """Return the names of the environment variables that hold secrets."""
    fields = settings_type.model_fields.items()
    return tuple(name.upper() for name, field in fields if _holds_secret(field.annotation))


def _holds_secret(annotation: object) -> bool:
    value = getattr(annotation, "__value__", annotation)  # of a `type` alias
    if value is SecretStr:
        return True
    return any(_holds_secret(part) for part in getattr(value, "__args__", ()))
