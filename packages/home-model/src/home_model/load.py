"""Load `devices.yaml`, or list every problem in it with file and line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from home_model.config import Home
from home_model.cross_checks import cross_check
from home_model.document import Document, DocumentError, Found, Location, parse_document
from home_model.problems import ConfigError, Problem


def load_home(path: Path) -> Home:
    """Load and check a configuration file.

    Raises:
        ConfigError: The file cannot be read, is not YAML, or breaks a rule; with every problem.
    """
    document = _load_document(path, "config/devices.example.yaml")
    home, found = _validate(Home, document)
    found += ((document.line(where), text) for where, text in cross_check(document.value))
    return _checked(path, home, found)


def load_model[M: BaseModel](model_type: type[M], path: Path, example: str) -> M:
    """Load another configuration file, as `load_home` does.

    Args:
        model_type: What the file has.
        path: The file.
        example: The file that a user copies to it.

    Raises:
        ConfigError: As there.
    """
    return _checked(path, *_validate(model_type, _load_document(path, example)))


def _checked[M](path: Path, model: M | None, found: list[Found]) -> M:
    if model is None or found:
        problems = (Problem(path, line, text) for line, text in sorted(set(found)))
        raise ConfigError(tuple(problems))
    return model


def _load_document(path: Path, example: str) -> Document:
    try:
        return parse_document(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read ({error.strerror}); copy {example} to it"
        raise ConfigError((Problem(path, 0, message),)) from None
    except UnicodeDecodeError:
        raise ConfigError((Problem(path, 0, "is not UTF-8 text"),)) from None
    except DocumentError as error:
        raise ConfigError((Problem(path, error.line, error.message),)) from None


def _validate[M: BaseModel](
    model_type: type[M], document: Document
) -> tuple[M | None, list[Found]]:
    repeated = list(document.repeated_keys)
    try:
        return model_type.model_validate(document.value), repeated
    except ValidationError as error:
        return None, [*repeated, *_schema_problems(document, error)]


def _schema_problems(document: Document, error: ValidationError) -> Iterator[Found]:
    for item in error.errors():
        where = item["loc"]
        yield document.line(where), f"{_dotted(where)}: {_message(document, item)}"


def _message(document: Document, item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    mistaken = document.mistaken_scalar(item["loc"]) if item["type"] == "string_type" else None
    return mistaken or item["msg"]


def _dotted(where: Location) -> str:
    return ".".join(str(step) for step in where) or "file"
