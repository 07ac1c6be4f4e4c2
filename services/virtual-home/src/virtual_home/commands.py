"""What `python -m virtual_home` can do, each with its settings read from the environment."""

import asyncio
import time
from collections.abc import Callable

from home_model.load import load_home
from service_kit.log import set_up_log
from service_kit.settings import load_settings
from virtual_home.past.backfill import backfill
from virtual_home.past.series import days_until
from virtual_home.past.victoriametrics import connected
from virtual_home.plugs.serve import serve_plugs
from virtual_home.prices import seed_prices
from virtual_home.serve import serve
from virtual_home.settings import (
    BackfillSettings,
    PlugsSettings,
    PricesSettings,
    ServeSettings,
)


def run_serve() -> None:
    """Run the emulator of the cloud until it is stopped."""
    settings = load_settings(ServeSettings)
    set_up_log(settings.log_level, settings.log_format)
    asyncio.run(serve(settings))


def run_plugs() -> None:
    """Run the TP-Link plugs until they are stopped."""
    settings = load_settings(PlugsSettings)
    set_up_log(settings.log_level, settings.log_format)
    asyncio.run(serve_plugs(settings))


def run_backfill() -> None:
    """Write the past of the house."""
    settings = load_settings(BackfillSettings)
    home, span = load_home(settings.config_file), days_until(time.time(), settings.days)
    with connected(settings.victoriametrics_url, settings.victoria_metrics_auth()) as vm:
        backfill(home, vm, settings.state_dirs, span, seed=settings.seed)


def run_seed_prices() -> None:
    """Set the first prices."""
    seed_prices(load_settings(PricesSettings).bff_url)


COMMANDS: dict[str, Callable[[], None]] = {
    "serve": run_serve,
    "plugs": run_plugs,
    "backfill": run_backfill,
    "seed-prices": run_seed_prices,
}
