"""`python -m up`: check, prepare, then run all parts until one ends or Ctrl-C."""

import os
import sys

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from up.parts import Part, parts, scrape_config
from up.preflight import problems
from up.prepare import PreparationError, prepare, write_scrape_config
from up.settings import Settings
from up.supervise import Command, supervise


def main() -> int:
    """The exit code: 0 after Ctrl-C, else that of the part that ended first."""
    try:
        settings = Settings()
    except ValidationError as error:
        return refuse([_plain(item) for item in error.errors()])
    wanted = parts(settings)
    if found := problems(settings, wanted):
        return refuse(found)
    write_scrape_config(settings.home_dir, scrape_config(settings))
    if settings.virtual:
        try:
            prepare(settings)
        except PreparationError as error:
            return refuse([str(error)])
    return supervise(commands(wanted))


def commands(wanted: tuple[Part, ...]) -> list[Command]:
    """The parts, and beside them the one that says when all are ready."""
    announcer = (sys.executable, "-m", "up.announce")
    return [
        *(Command(part.name, part.command, part.environment()) for part in wanted),
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
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:  # during the preparation; what it began is done anew next time
        raise SystemExit(130) from None
