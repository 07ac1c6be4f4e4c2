"""`python -m switchbot_exporter`: serve; `--once` prints the readings; `--check` the problems."""

import sys

from exporter_kit.command import main
from switchbot_exporter.cloud.exporter import open_cloud
from switchbot_exporter.cloud.settings import CloudSettings

if __name__ == "__main__":
    sys.exit(main("switchbot-exporter", CloudSettings, open_cloud))
