"""Runs beside the parts: says where to look once all of them answer, then only waits."""

import signal

from home_model.config import Home
from home_model.load import load_home
from up.bluetooth import WAY_OUT
from up.house import kinds_of
from up.parts import parts
from up.ready import becomes_ready
from up.settings import Settings


def main() -> None:
    """Print the addresses when everything is ready; end only when told to."""
    signal.signal(signal.SIGTERM, lambda *_: exit_quietly())
    settings = Settings()
    home = load_home(settings.home_file)
    late = [part.name for part in parts(settings, home) if not becomes_ready(part.ready)]
    if late:
        print(f"not ready yet: {', '.join(late)}; see their lines above")
    else:
        print(welcome(settings, home))
    while True:
        signal.pause()


def exit_quietly() -> None:
    """SIGTERM is how the manager ends us: no trace of it is wanted."""
    raise SystemExit(0)


def welcome(settings: Settings, home: Home) -> str:
    """The lines a newcomer waits for."""
    page = f"http://127.0.0.1:{settings.page_port}"
    return "\n".join(
        (
            *(_virtual(home) if settings.virtual else (f"This is {settings.home_file}.",)),
            f"Page:       {page}/",
            f"Swagger UI: {page}/api/docs",
            "Ctrl-C stops everything.",
        )
    )


def _virtual(home: Home) -> tuple[str, ...]:
    what = "This is a virtual home; README.md says how to show yours."
    silent = f"It has no Bluetooth here; {WAY_OUT}."
    return (what,) if "ble" in kinds_of(home) else (what, silent)


if __name__ == "__main__":
    main()
