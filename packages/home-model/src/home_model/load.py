"""Load `devices.yaml`, or list every problem in it with file and line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from home_model.config import Home
from home_model.cross_checks import cross_check
from home_model.document import Document, DocumentError, Found, Location, parse_document
from home_model.problems import ConfigError, Problem


def load_home(path: Path) -> Home:
    """Load and check a configuration file.

    Raises:
        ConfigError: The file cannot be read, is not YAML, or breaks a rule; with every problem.
    """
    document = _load_document(path)
    home, found = _validate(document)
    found += document.repeated_keys
    found += ((document.line(where), text) for where, text in cross_check(document.value))
    if home is None or found:
        problems = (Problem(path, line, text) for line, text in sorted(set(found)))
        raise ConfigError(tuple(problems))
    return home


def _load_document(path: Path) -> Document:
    try:
        return parse_document(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read ({error.strerror}); copy config/devices.example.yaml to it"
        raise ConfigError((Problem(path, 0, message),)) from None
    except UnicodeDecodeError:
        raise ConfigError((Problem(path, 0, "is not UTF-8 text"),)) from None
    except DocumentError as error:
        raise ConfigError((Problem(path, error.line, error.message),)) from None


def _validate(document: Document) -> tuple[Home | None, list[Found]]:
    try:
        return Home.model_validate(document.value), []
    except ValidationError as error:
        return None, list(_schema_problems(document, error))


def _schema_problems(document: Document, error: ValidationError) -> Iterator[Found]:
    for item in error.errors():
        where = item["loc"]
        yield document.line(where), f"{_dotted(where)}: {_message(document, item)}"


def _message(document: Document, item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    mistaken = document.mistaken_scalar(item["loc"]) if item["type"] == "string_type" else None
    return mistaken or item["msg"]


def _dotted(where: Location) -> str:
    return ".".join(str(step) for step in where) or "file"
