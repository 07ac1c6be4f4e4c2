"""`python -m up.start_after URL … -- COMMAND …`: become COMMAND once every URL is ready.

An exporter that starts before its plugs answer would report each of them down at first.
"""

import os
import sys

from up.ready import LATE_LIMIT_SECONDS, becomes_ready

END_OF_URLS = "--"


def main() -> None:
    """Replace this process by the command; does not return."""
    split = sys.argv.index(END_OF_URLS)
    urls, command = sys.argv[1:split], sys.argv[split + 1 :]
    for url in urls:
        if not becomes_ready(url, limit_seconds=LATE_LIMIT_SECONDS):
            print(f"{url} is not ready; starting without it")
    os.execvp(command[0], command)  # noqa: S606 - a process's own command


def start_after(urls: tuple[str, ...], command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that waits first, where there is something to wait for."""
    waiter = (sys.executable, "-m", "up.start_after", *urls, END_OF_URLS)
    return (*waiter, *command) if urls else command


if __name__ == "__main__":
    main()
