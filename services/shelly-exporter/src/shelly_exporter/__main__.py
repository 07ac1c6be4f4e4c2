"""`python -m shelly_exporter`: serve, `--once`, `--check`, or `--discover` the network."""

import sys

from exporter_kit import main
from shelly_exporter.discovery import HELP, run_discovery
from shelly_exporter.exporter import open_exporter
from shelly_exporter.settings import Settings

if __name__ == "__main__":
    if "--discover" in sys.argv:
        sys.exit(run_discovery(sys.argv))
    sys.exit(main("shelly-exporter", Settings, open_exporter, epilog=HELP))
