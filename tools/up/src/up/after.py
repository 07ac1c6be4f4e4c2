"""`python -m up.after URL … -- COMMAND …`: become COMMAND once every URL is ready.

An exporter that starts before its plugs answer would begin by calling each of them down.
"""

import os
import sys

from up.ready import LATE_LIMIT_SECONDS, becomes_ready

END_OF_URLS = "--"


def main() -> None:
    """Never comes back: the process goes on as the command."""
    split = sys.argv.index(END_OF_URLS)
    urls, command = sys.argv[1:split], sys.argv[split + 1 :]
    for url in urls:
        if not becomes_ready(url, limit_seconds=LATE_LIMIT_SECONDS):
            print(f"{url} is not ready; starting without it")
    os.execvp(command[0], command)  # noqa: S606 - a part's own command


def after(urls: tuple[str, ...], command: tuple[str, ...]) -> tuple[str, ...]:
    """The command that waits first, where there is something to wait for."""
    return (sys.executable, "-m", "up.after", *urls, END_OF_URLS, *command) if urls else command


if __name__ == "__main__":
    main()
