"""The real exporter; only the kit's back-off is shortened, so that tests need not wait minutes."""

import sys

from exporter_kit import attempts, main
from tp_link_native_exporter.__main__ import opened
from tp_link_native_exporter.settings import Settings

attempts.UNREACHABLE_LIMIT_SECONDS = 0.4
attempts.REJECTED_FIRST_SECONDS = 0.4
attempts.REJECTED_LIMIT_SECONDS = 0.4

if __name__ == "__main__":
    sys.exit(main("tp-link-native-exporter", Settings, opened))
