"""Runs beside the parts: says where to look once all of them answer, then only waits."""

import signal

from home_model.config import Home
from home_model.load import load_home
from up.bluetooth import WAY_OUT
from up.house import OVER_MATTER, kinds_of
from up.part import Part
from up.parts import parts
from up.ready import LATE_LIMIT_SECONDS, becomes_ready
from up.settings import Settings


def main() -> None:
    """Print the addresses when everything is ready; end only when told to."""
    signal.signal(signal.SIGTERM, lambda *_: exit_quietly())
    settings = Settings()
    home = load_home(settings.home_file)
    wanted = parts(settings, home)
    prompt = [part for part in wanted if not part.may_be_late]
    missing = [part.name for part in prompt if not becomes_ready(part.ready)]
    if missing:
        print(f"not ready yet: {', '.join(missing)}; see their lines above")
    else:
        print(welcome(settings, home))
        tell_late(settings, [part for part in wanted if part.may_be_late])
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


def tell_late(settings: Settings, late: list[Part]) -> None:
    """Say when those have joined whom nobody waited for."""
    if late and all(becomes_ready(part.ready, limit_seconds=LATE_LIMIT_SECONDS) for part in late):
        page = f"http://127.0.0.1:{settings.page_port}"
        print(f"Matter has joined: {page}/comparison?device={next(iter(OVER_MATTER))}")


def _virtual(home: Home) -> tuple[str, ...]:
    kinds = kinds_of(home)
    no_radio = f"It has no Bluetooth here; {WAY_OUT}."
    no_matter = "It has no Matter here; VIRTUAL_MATTER=1 says why."
    return (
        "This is a virtual home; README.md says how to show yours.",
        *(() if "ble" in kinds else (no_radio,)),
        *(() if "matter" in kinds else (no_matter,)),
    )


if __name__ == "__main__":
    main()
