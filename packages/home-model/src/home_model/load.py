"""Read `devices.yaml`, or list every problem in it with file and line."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from home_model.config import Home
from home_model.cross_checks import cross_check
from home_model.problems import ConfigError, Problem

type Location = tuple[int | str, ...]


def load_home(path: Path) -> Home:
    """Load and check a configuration file.

    Raises:
        ConfigError: The file cannot be read, is not YAML, or breaks a rule of the schema.
    """
    document = _parse(path)
    try:
        home = Home.model_validate(document)
    except ValidationError as error:
        raise ConfigError(_schema_problems(path, document, error)) from None
    found = cross_check(home)
    if found:
        raise ConfigError(
            tuple(Problem(path, line_of(document, where), message) for where, message in found)
        )
    return home


def _parse(path: Path) -> Any:  # noqa: ANN401 - the shape is what validation is about to find out
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read ({error.strerror}); copy config/devices.example.yaml to it"
        raise ConfigError((Problem(path, 0, message),)) from None
    except UnicodeDecodeError:
        raise ConfigError((Problem(path, 0, "is not UTF-8 text"),)) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError((Problem(path, line, str(error.problem)),)) from None
    except YAMLError as error:
        raise ConfigError((Problem(path, 0, str(error)),)) from None


def _schema_problems(path: Path, document: object, error: ValidationError) -> tuple[Problem, ...]:
    return tuple(
        Problem(path, line_of(document, item["loc"]), f"{_dotted(item['loc'])}: {item['msg']}")
        for item in error.errors()
    )


def _dotted(where: Location) -> str:
    return ".".join(str(step) for step in where) or "file"


def line_of(document: object, where: Location) -> int:
    """The line (from 1) of the deepest part of `where` that the document has."""
    node, line = document, 1
    for step in where:
        try:
            mark = node.lc.key(step) if isinstance(step, str) else node.lc.item(step)  # ty: ignore
            node = node[step]  # ty: ignore
        except (AttributeError, KeyError, IndexError, TypeError):
            continue  # a step pydantic added, such as the tag of a union
        line = mark[0] + 1
    return line
