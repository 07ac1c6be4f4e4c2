"""`python -m tp_link_native_exporter`: serve, `--once`, `--check`, or `--discover` the network."""

import sys

from exporter_kit import main
from tp_link_native_exporter.discovery import HELP, run_discovery
from tp_link_native_exporter.exporter import open_exporter
from tp_link_native_exporter.settings import Settings

if __name__ == "__main__":
    if "--discover" in sys.argv:
        sys.exit(run_discovery(sys.argv))
    sys.exit(main("tp-link-native-exporter", Settings, open_exporter, epilog=HELP))
