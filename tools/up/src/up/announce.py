"""A process beside the others: print the addresses once all of them are ready, then only wait."""

import signal

from home_model.config import Home
from home_model.load import load_home
from mqtt_emulator.broker import WAY_OUT as MQTT_WAY_OUT
from up.bluetooth import WAY_OUT
from up.boards import runs_firmware
from up.house import sources_of
from up.matter import OVER_MATTER
from up.process import Process
from up.processes import processes
from up.ready import LATE_LIMIT_SECONDS, LIMIT_SECONDS, becomes_ready
from up.settings import Settings


def main() -> None:
    """Print the addresses when everything is ready; exit only on a signal."""
    signal.signal(signal.SIGTERM, lambda *_: exit_silently())
    settings = Settings()
    home = load_home(settings.home_file)
    wanted = processes(settings, home)
    for process in wanted:
        if not process.may_join_late:
            wait_until_ready(process)
    print(welcome(settings, home))
    announce_late(settings, [process for process in wanted if process.may_join_late])
    while True:
        signal.pause()


def wait_until_ready(process: Process, notice_seconds: float = LIMIT_SECONDS) -> None:
    """Wait as long as a slow machine takes; once a process has ended, the manager ends all."""
    while not becomes_ready(process.ready, limit_seconds=notice_seconds):
        print(f"not ready yet: {process.name}; see its lines above")


def exit_silently() -> None:
    """Exit on SIGTERM, by which the manager ends all processes, without a traceback."""
    raise SystemExit(0)


def welcome(settings: Settings, home: Home) -> str:
    """Return the addresses, and what this home is."""
    page = f"http://127.0.0.1:{settings.page_port}"
    return "\n".join(
        (
            *(_virtual(home) if settings.is_virtual else (f"This is {settings.home_file}.",)),
            f"Page:       {page}/",
            f"Swagger UI: {page}/api/docs",
            "Ctrl-C stops everything.",
        )
    )


def announce_late(settings: Settings, late: list[Process]) -> None:
    """Print when the processes that may join late are ready."""
    if late and all(becomes_ready(each.ready, limit_seconds=LATE_LIMIT_SECONDS) for each in late):
        page = f"http://127.0.0.1:{settings.page_port}"
        print(f"Matter has joined: {page}/comparison?device={next(iter(OVER_MATTER))}")


def _virtual(home: Home) -> tuple[str, ...]:
    sources = sources_of(home)
    no_radio = f"It has no Bluetooth here; {WAY_OUT}."
    no_mqtt = f"It has no MQTT here; {MQTT_WAY_OUT}."
    recorded = "Its ESP32 boards are recorded; scripts/setup-micropython has them run the firmware."
    no_matter = "It has no Matter here; VIRTUAL_MATTER=1 shows the reason."
    return (
        "This is a virtual home; README.md has how to show yours.",
        *(() if "ble" in sources else (no_radio,)),
        *(() if "matter" in sources else (no_matter,)),
        *(() if "mqtt" in sources else (no_mqtt,)),
        *((recorded,) if "esp32" in sources and not runs_firmware() else ()),
    )


if __name__ == "__main__":
    main()
