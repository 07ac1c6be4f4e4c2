"""`python -m tapo_emulator --config plugs.yaml`: run plugs until SIGINT or SIGTERM."""

import argparse
import asyncio
import sys
from pathlib import Path

from pydantic import ValidationError

from service_kit.signals import stop_event
from tapo_emulator.config import EmulatorConfig, load_config
from tapo_emulator.emulation import running


async def serve(config: EmulatorConfig) -> None:
    """Run the plugs and print their addresses; return at SIGINT or SIGTERM."""
    stop = stop_event()
    async with running(config) as emulation:
        for name, server in emulation.servers.items():
            print(f"{name}: {server.plug.model.name} {server.plug.mac} at {server.netloc}")  # noqa: T201
        print(f"control: {emulation.control_url}/plugs", flush=True)  # noqa: T201
        await stop.wait()


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="tapo_emulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="YAML file of plugs")
    try:
        config = load_config(parser.parse_args().config)
    except (OSError, ValidationError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    asyncio.run(serve(config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
