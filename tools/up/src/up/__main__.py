"""`python -m up`: check, prepare, then run all processes until one exits or Ctrl-C."""

import os
import signal
import sys

from home_model.config import Home
from home_model.problems import ConfigError
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from up import house
from up.preflight import problems
from up.prepare import PreparationError, prepare, write_scrape_config
from up.process import Process
from up.processes import processes
from up.servers import scrape_config
from up.settings import Settings
from up.start_after import start_after
from up.supervise import Command, supervise


def main() -> int:
    """Return the exit code: 0 after Ctrl-C, else that of the process that exited first."""
    try:
        settings = load_settings(Settings)
        home = house.load(settings)
    except SettingsError as error:
        return refuse(list(error.lines))
    except ConfigError as error:
        return refuse([str(problem) for problem in error.problems])
    wanted = processes(settings, home)
    if found := problems(settings, wanted):
        return refuse(found)
    try:
        write_files(settings, home, wanted)
    except PreparationError as error:
        return refuse([str(error)])
    return supervise(commands(wanted))


def write_files(settings: Settings, home: Home, wanted: tuple[Process, ...]) -> None:
    """Write what the processes read when they start.

    Raises:
        PreparationError: The virtual home could not be given its past.
    """
    write_scrape_config(settings.home_dir, scrape_config(settings, wanted))
    if settings.is_virtual:
        house.write(home, settings.home_file)
        prepare(settings, home)


def commands(wanted: tuple[Process, ...]) -> list[Command]:
    """Return the commands, and beside them the one that prints when all are ready."""
    announcer = (sys.executable, "-m", "up.announce")
    return [
        *(
            Command(each.name, start_after(each.after, each.command), each.environment())
            for each in wanted
        ),
        Command("ready", announcer, os.environ),
    ]


def refuse(reasons: list[str]) -> int:
    """Print every reason and start nothing."""
    for reason in reasons:
        print(f"error: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    # SIGINT too: a script's background job ignores it from its start.
    for stop_signal in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop_signal, signal.default_int_handler)
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:  # during the preparation; what it began is done anew next time
        raise SystemExit(0) from None
