"""`python -m up`: check, prepare, then run all parts until one ends or Ctrl-C."""

import os
import shlex
import sys

from honcho.manager import Manager
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from up.parts import Part, parts, scrape_config
from up.preflight import problems
from up.prepare import PreparationError, prepare, write_scrape_config
from up.settings import Settings

INTERRUPTED = (130, 143)


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
    return supervise(wanted)


def supervise(wanted: tuple[Part, ...]) -> int:
    """Run all parts; when one ends, end the others and say which it was."""
    manager = Manager()
    for part in wanted:
        # exec: without it a shell would stand between the manager's signals and the part
        manager.add_process(part.name, f"exec {shlex.join(part.command)}", env=part.environment())
    announcer = shlex.join((sys.executable, "-m", "up.announce"))
    manager.add_process("ready", f"exec {announcer}", env=dict(os.environ))
    manager.loop()
    if manager.returncode in INTERRUPTED:
        return 0
    print("A part ended by itself, so all were stopped: see the first 'stopped' line above.")
    return manager.returncode or 1


def refuse(reasons: list[str]) -> int:
    """Say every reason and start nothing."""
    for reason in reasons:
        print(f"error: {reason}", file=sys.stderr)
    return 2


def _plain(item: ErrorDetails) -> str:
    where = ".".join(str(step) for step in item["loc"]).upper()
    return f"{where}: {item['msg']}" if where else item["msg"]


if __name__ == "__main__":
    raise SystemExit(main())
