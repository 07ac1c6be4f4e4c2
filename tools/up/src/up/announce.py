"""Runs beside the parts: says where to look once all of them answer, then only waits."""

import signal

from up.parts import parts
from up.prepare import answers
from up.settings import Settings


def main() -> None:
    """Print the addresses when everything is ready; end only when told to."""
    signal.signal(signal.SIGTERM, lambda *_: exit_quietly())
    settings = Settings()
    late = [part.name for part in parts(settings) if not answers(part)]
    if late:
        print(f"not ready yet: {', '.join(late)}; see their lines above")
    else:
        print(welcome(settings))
    while True:
        signal.pause()


def exit_quietly() -> None:
    """SIGTERM is how the manager ends us: no trace of it is wanted."""
    raise SystemExit(0)


def welcome(settings: Settings) -> str:
    """The lines a newcomer waits for."""
    page = f"http://127.0.0.1:{settings.page_port}"
    home = "a virtual home (set SWITCHBOT_TOKEN and SWITCHBOT_SECRET for yours)"
    return "\n".join(
        (
            f"This is {home if settings.virtual else settings.home_file}.",
            f"Page:       {page}/",
            f"Swagger UI: {page}/api/docs",
            "Ctrl-C stops everything.",
        )
    )


if __name__ == "__main__":
    main()
