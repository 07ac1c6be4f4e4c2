"""`python -m tp_link_matter_exporter`: serve; `--once` lists nodes and readings; `--check`."""

import sys

from exporter_kit import main
from tp_link_matter_exporter.exporter import open_exporter
from tp_link_matter_exporter.settings import Settings

if __name__ == "__main__":
    sys.exit(main("tp-link-matter-exporter", Settings, open_exporter))
