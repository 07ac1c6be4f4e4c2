"""`CONFIG_FILE=… python -m home_model`: check a configuration file and list every problem."""

import os
import sys
from pathlib import Path

from home_model.load import load_home
from home_model.problems import ConfigError


def main() -> int:
    """Print the verdict; the exit code is 0 only for a file without problems."""
    path = Path(os.environ.get("CONFIG_FILE", "config/devices.yaml"))
    try:
        home = load_home(path)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}: {len(home.devices)} devices in {len(home.rooms)} rooms, all good\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
