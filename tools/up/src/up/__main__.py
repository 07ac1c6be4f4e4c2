"""`python -m up`: check, prepare, then run all parts until one ends or Ctrl-C."""

import os
import signal
import sys

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from home_model.config import Home
from home_model.problems import ConfigError
from up import house
from up.after import after
from up.part import Part
from up.parts import parts
from up.preflight import problems
from up.prepare import PreparationError, prepare, write_scrape_config
from up.servers import scrape_config
from up.settings import Settings
from up.supervise import Command, supervise


def main() -> int:
    """The exit code: 0 after Ctrl-C, else that of the part that ended first."""
    try:
        settings = Settings()
        home = house.load(settings)
    except ValidationError as error:
        return refuse([_plain(item) for item in error.errors()])
    except ConfigError as error:
        return refuse([str(problem) for problem in error.problems])
    wanted = parts(settings, home)
    if found := problems(settings, home, wanted):
        return refuse(found)
    try:
        lay_out(settings, home, wanted)
    except PreparationError as error:
        return refuse([str(error)])
    return supervise(commands(wanted))


def lay_out(settings: Settings, home: Home, wanted: tuple[Part, ...]) -> None:
    """Write what the parts read when they start.

    Raises:
        PreparationError: The virtual home could not be given its past.
    """
    write_scrape_config(settings.home_dir, scrape_config(settings, wanted))
    if settings.virtual:
        house.write(home, settings.home_file)
        prepare(settings, home)


def commands(wanted: tuple[Part, ...]) -> list[Command]:
    """The parts, and beside them the one that says when all are ready."""
    announcer = (sys.executable, "-m", "up.announce")
    return [
        *(
            Command(part.name, after(part.after, part.command), part.environment())
            for part in wanted
        ),
        Command("ready", announcer, os.environ),
    ]


def refuse(reasons: list[str]) -> int:
    """Say every reason and start nothing."""
    for reason in reasons:
        print(f"error: {reason}", file=sys.stderr)
    return 2


def _plain(item: ErrorDetails) -> str:
    where = ".".join(str(step) for step in item["loc"]).upper()
    return f"{where}: {item['msg']}" if where else item["msg"]


if __name__ == "__main__":
    # SIGINT too: a script's background job is born deaf to it.
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_stop, signal.default_int_handler)
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:  # during the preparation; what it began is done anew next time
        raise SystemExit(0) from None
