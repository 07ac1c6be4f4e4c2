"""The command line that every exporter has: serve, `--once`, `--check`."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import PackageNotFoundError, version

from exporter_kit.clock import Clock
from exporter_kit.feeds import Exporter
from exporter_kit.log import SecretFilter, set_up_log
from exporter_kit.once import read_all_once, table_of
from exporter_kit.outcomes import Failure
from exporter_kit.program import Program
from exporter_kit.running import run_exporter
from exporter_kit.settings import (
    ExporterSettings,
    FileSettings,
    SettingsError,
    read_settings,
    secrets_of,
)
from exporter_kit.start_error import CannotStartError
from home_model.load import load_home
from home_model.problems import ConfigError

type Opened[S] = Callable[[S], AbstractAsyncContextManager[Exporter]]

GOOD, SOMETHING_FAILED, CANNOT_START = 0, 1, 2


def main[S: ExporterSettings](
    name: str, settings_kind: type[S], opened: Opened[S], argv: Sequence[str] | None = None
) -> int:
    """Run the command line of one exporter; gives the exit code.

    Args:
        name: The distribution's name; the state file is called after it.
        settings_kind: Read from the environment, here and nowhere else.
        opened: Opens connections for as long as the exporter runs and gives its feeds.
        argv: Default: the command line of the process.
    """
    arguments = _parser(name).parse_args(argv)
    if arguments.check:
        return _check(settings_kind)
    try:
        settings = read_settings(settings_kind)
        set_up_log(settings.log_level, settings.log_format, secrets_of(settings))
        if arguments.once:
            return asyncio.run(_once(settings, opened))
        asyncio.run(_serve(name, settings, opened))
    except (SettingsError, ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return GOOD


async def _serve[S: ExporterSettings](name: str, settings: S, opened: Opened[S]) -> None:
    async with opened(settings) as exporter:
        await run_exporter(Program(name, version_of(name), settings, exporter), Clock())


async def _once[S: ExporterSettings](settings: S, opened: Opened[S]) -> int:
    home = load_home(settings.config_file)
    async with opened(settings) as exporter:
        results = await read_all_once(exporter, home, settings.deadline_seconds, Clock())
    hide = SecretFilter(secrets_of(settings))
    sys.stdout.write(hide(f"{table_of(results)}\n"))
    failed = any(isinstance(result, Failure) for _, result in results)
    return SOMETHING_FAILED if failed else GOOD


def _check(settings_kind: type[ExporterSettings]) -> int:
    """Print every problem of settings and configuration, not only the first."""
    problems = [*_settings_problems(settings_kind), *_config_problems()]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        sys.stdout.write("settings and configuration are good\n")
    return SOMETHING_FAILED if problems else GOOD


def _settings_problems(settings_kind: type[ExporterSettings]) -> Sequence[str]:
    try:
        read_settings(settings_kind)
    except SettingsError as error:
        return error.lines
    return ()


def _config_problems() -> Sequence[str]:
    # Its place is known even where the exporter's other settings are wrong.
    try:
        load_home(read_settings(FileSettings).config_file)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return ()


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description="Settings come from the environment.")
    parser.add_argument("--version", action="version", version=f"{name} {version_of(name)}")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="read every device once and print it")
    what.add_argument("--check", action="store_true", help="list every problem of the settings")
    return parser


def version_of(name: str) -> str:
    """The installed version of a distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
