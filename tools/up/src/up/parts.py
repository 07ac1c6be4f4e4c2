"""What runs: each part's command, environment and port. Pure, apart from reading PATH."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from up.settings import Settings

VIRTUAL_CREDENTIALS = {
    "SWITCHBOT_TOKEN": "virtual-token",
    "SWITCHBOT_SECRET": "virtual-secret",
}
SECRETS = frozenset({"SWITCHBOT_TOKEN", "SWITCHBOT_SECRET"})

# A device's series belong to its place in the house, whichever process told of them.
SCRAPE_CONFIG = """\
global: {{scrape_interval: {interval_seconds}s}}
scrape_configs:
  - job_name: switchbot
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
    metric_relabel_configs:
      - {{action: labeldrop, regex: job|instance, if: '{{device!=""}}'}}
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `ports` maps the setting that chooses a port to the port."""

    name: str
    command: tuple[str, ...]
    ports: Mapping[str, int]
    ready_path: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def ready_url(self) -> str:
        """Answers 2xx once the part works. The last port is the one that tells."""
        return f"http://127.0.0.1:{list(self.ports.values())[-1]}{self.ready_path}"

    def environment(self) -> dict[str, str]:
        """Our own environment without the secrets, then what this part is given."""
        inherited = {key: value for key, value in os.environ.items() if key not in SECRETS}
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.env}


def parts(settings: Settings) -> tuple[Part, ...]:
    """Every process of this home, in the order of the data flow."""
    virtual = (virtual_home(settings),) if settings.virtual else ()
    return (
        victoria_metrics(settings),
        *virtual,
        switchbot_exporter(settings),
        bff(settings),
        page(settings),
    )


def victoria_metrics(settings: Settings) -> Part:
    """The database of all samples, which also scrapes the exporters."""
    return Part(
        "victoria-metrics",
        (
            "victoria-metrics",
            f"-storageDataPath={settings.home_dir / 'victoria-metrics'}",
            f"-httpListenAddr=127.0.0.1:{settings.vm_port}",
            f"-promscrape.config={settings.home_dir / 'scrape.yaml'}",
            "-retentionPeriod=10y",
            "-search.latencyOffset=0s",
            "-dedup.minScrapeInterval=1ms",
            "-memory.allowedPercent=20",
            "-promscrape.suppressScrapeErrors",
            "-loggerLevel=WARN",
        ),
        {"VM_PORT": settings.vm_port},
        "/health",
    )


def scrape_config(settings: Settings) -> str:
    """The scrape configuration; a virtual home is followed more closely, it costs nothing."""
    interval_seconds = 5 if settings.virtual else 15
    return SCRAPE_CONFIG.format(
        interval_seconds=interval_seconds, port=settings.switchbot_exporter_port
    )


def virtual_home(settings: Settings) -> Part:
    """The emulator of the SwitchBot cloud with its house."""
    return Part(
        "virtual-home",
        (sys.executable, "-m", "virtual_home", "serve"),
        {"VIRTUAL_HOME_PORT": settings.virtual_home_port},
        "/virtual/",
        {
            "CONFIG_FILE": str(settings.home_file),
            "LISTEN_PORT": str(settings.virtual_home_port),
        },
    )


def switchbot_exporter(settings: Settings) -> Part:
    """The real exporter; in a virtual home only its base URL differs."""
    return Part(
        "exporter",
        (sys.executable, "-m", "switchbot_exporter"),
        {"SWITCHBOT_EXPORTER_PORT": settings.switchbot_exporter_port},
        "/healthz",
        {
            "CONFIG_FILE": str(settings.home_file),
            "STATE_DIR": str(exporter_state(settings)),
            "LISTEN_PORT": str(settings.switchbot_exporter_port),
            **_account(settings),
        },
    )


def exporter_state(settings: Settings) -> Path:
    """Where the exporter keeps its counters."""
    return settings.home_dir / "switchbot-exporter"


def _account(settings: Settings) -> dict[str, str]:
    if settings.virtual:
        return VIRTUAL_CREDENTIALS | {
            "SWITCHBOT_BASE_URL": f"http://127.0.0.1:{settings.virtual_home_port}",
            "SWITCHBOT_DAILY_LIMIT": "1000000",
            "POLL_INTERVAL_SECONDS": "5",
        }
    return {
        "SWITCHBOT_TOKEN": _revealed(settings.switchbot_token),
        "SWITCHBOT_SECRET": _revealed(settings.switchbot_secret),
    }


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def bff(settings: Settings) -> Part:
    """Prices, devices, ledger and cost."""
    return Part(
        "bff",
        (sys.executable, "-m", "bff"),
        {"BFF_PORT": settings.bff_port, "BFF_HEALTH_PORT": settings.bff_health_port},
        "/healthz",
        {
            "CONFIG_FILE": str(settings.home_file),
            "DATABASE_URL": f"sqlite:///{settings.home_dir / 'bff.sqlite3'}",
            "VICTORIAMETRICS_URL": f"http://127.0.0.1:{settings.vm_port}",
            "LISTEN_PORT": str(settings.bff_port),
            "HEALTH_PORT": str(settings.bff_health_port),
            "VIRTUAL_HOME": str(settings.virtual).lower(),
        },
    )


def page(settings: Settings) -> Part:
    """Static files of the page, and the way to the API under the same address."""
    return Part(
        "page",
        ("caddy", "run", "--config", "frontend/Caddyfile", "--adapter", "caddyfile"),
        {"PAGE_PORT": settings.page_port},
        "/",
        {
            "PAGE_HOST": "127.0.0.1",
            "PAGE_PORT": str(settings.page_port),
            "PAGE_ROOT": str(Path("frontend/out").resolve()),
            "BFF_URL": f"http://127.0.0.1:{settings.bff_port}",
            "XDG_DATA_HOME": str(settings.home_dir / "caddy"),
            "XDG_CONFIG_HOME": str(settings.home_dir / "caddy"),
        },
    )
