"""The command line that every exporter has: serve, `--once`, `--check`, `--backup`."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from exporter_kit.app import Program, run_exporter
from exporter_kit.attempts import Failure, Outcome, quantities_of, run_inspect
from exporter_kit.energy.store import check_state
from exporter_kit.exporter import (
    Exporter,
    Poll,
    PollGroup,
    Reader,
    Subscribe,
    Target,
    select_targets,
)
from exporter_kit.scheduler import group_targets, request
from exporter_kit.settings import ExporterSettings, FileSettings
from exporter_kit.subscriptions import receive_once
from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError
from service_kit import state_backup
from service_kit.clock import Clock
from service_kit.errors import CannotStartError, SettingsError
from service_kit.log import SecretFilter, set_up_log
from service_kit.settings import load_settings, secret_values

type Open[S] = Callable[[S], AbstractAsyncContextManager[Exporter]]
type Line = tuple[Target[Any], Outcome]

GOOD, SOMETHING_FAILED, CANNOT_START = 0, 1, 2
COLUMNS = (
    ("watts", "power_watts"),
    ("volts", "voltage_volts"),
    ("amperes", "current_amperes"),
    ("kWh ever", "energy_lifetime_kwh"),
    ("kWh today", "energy_today_kwh"),
)


def main[S: ExporterSettings](
    name: str,
    settings_type: type[S],
    open_exporter: Open[S],
    argv: Sequence[str] | None = None,
    *,
    epilog: str = "",
) -> int:
    """Run the command line of one exporter.

    Args:
        name: The distribution's name; the state file has it too.
        settings_type: Read from the environment, here and nowhere else.
        open_exporter: Opens connections for as long as the exporter runs and gives its readers.
        argv: Default: the command line of the process.
        epilog: Ends the text of `--help`, for what else the program can do.

    Returns:
        The exit code.
    """
    arguments = _parser(name, epilog).parse_args(argv)
    if arguments.check:
        return _check(settings_type)
    if arguments.backup:
        return state_backup.main(arguments.backup, check_state)
    try:
        settings = load_settings(settings_type)
        set_up_log(settings.log_level, settings.log_format, secret_values(settings))
        if arguments.once:
            return asyncio.run(_once(settings, open_exporter))
        asyncio.run(_serve(name, settings, open_exporter))
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return GOOD


async def _serve[S: ExporterSettings](name: str, settings: S, open_exporter: Open[S]) -> None:
    async with open_exporter(settings) as exporter:
        await run_exporter(Program(name, _version(name), settings, exporter), Clock())


def _parser(name: str, epilog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Settings come from the environment.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{name} {_version(name)}")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="read every device once and print it")
    what.add_argument("--check", action="store_true", help="list every problem of the settings")
    what.add_argument(
        "--backup", choices=state_backup.ACTIONS, help="of STATE_DIR, to or from BACKUP_DIR"
    )
    return parser


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _check(settings_type: type[ExporterSettings]) -> int:
    """Print every problem of settings and configuration, not only the first."""
    problems = [*_settings_problems(settings_type), *_config_problems()]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        sys.stdout.write("settings and configuration are good\n")
    return SOMETHING_FAILED if problems else GOOD


def _settings_problems(settings_type: type[ExporterSettings]) -> Sequence[str]:
    try:
        load_settings(settings_type)
    except SettingsError as error:
        return error.lines
    return ()


def _config_problems() -> Sequence[str]:
    # Its place is known even where the exporter's other settings are wrong.
    try:
        load_home(load_settings(FileSettings).config_file)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return ()


async def _once[S: ExporterSettings](settings: S, open_exporter: Open[S]) -> int:
    """Read every device a single time and print the readings. Touches no state."""
    home = load_home(settings.config_file)
    async with open_exporter(settings) as exporter:
        lines = await _read_all(exporter, home, settings)
    hide = SecretFilter(secret_values(settings))
    sys.stdout.write(hide(f"{_table(lines)}\n"))
    failed = any(isinstance(outcome, Failure) for _, outcome in lines)
    return SOMETHING_FAILED if failed else GOOD


async def _read_all(exporter: Exporter, home: Home, settings: ExporterSettings) -> list[Line]:
    readers = (_read_once(reader, home, settings) for reader in exporter.readers)
    return [line for lines in await asyncio.gather(*readers) for line in lines]


async def _read_once(reader: Reader, home: Home, settings: ExporterSettings) -> list[Line]:
    targets = settings.shard.select(select_targets(home, reader.source_type))
    await run_inspect(reader.inspect, [target.source for target in targets])
    if not targets:
        return []
    if isinstance(reader, Subscribe):
        return list(zip(targets, await receive_once(reader, targets), strict=True))
    return await _request_all(reader, targets, reader.deadline_seconds or settings.deadline_seconds)


async def _request_all(
    reader: Poll[Any] | PollGroup[Any], targets: Sequence[Target[Any]], deadline_seconds: float
) -> list[Line]:
    groups = group_targets(reader, targets).values()
    requests = (request(reader, group, deadline_seconds) for group in groups)
    outcomes = dict[tuple[str, str], Outcome]()
    for group, found in zip(groups, await asyncio.gather(*requests), strict=True):
        outcomes |= {t.key: outcome for t, outcome in zip(group, found, strict=True)}
    return [(target, outcomes[target.key]) for target in targets]


def _table(lines: Sequence[Line]) -> str:
    """Return the readings in columns; a missing value is a dash."""
    head = ("device", "source", *(title for title, _ in COLUMNS), "also")
    rows = [head, *(_row(target, outcome) for target, outcome in lines)]
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(head))]
    # A failure's reason is the last cell of a short row and must not widen a column.
    widths[2] = max(len(row[2]) for row in rows if len(row) == len(head))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )


def _row(target: Target[Any], outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, Failure):
        return (*target.key, f"FAILED {outcome}")
    values = quantities_of(outcome)
    also = " ".join(f"{word}={value:g}" for word, value in outcome.extra.items())
    numbers = (f"{values[name]:g}" if name in values else "-" for _, name in COLUMNS)
    return (*target.key, *numbers, also)
