"""What keeps the samples and shows them: VictoriaMetrics, BFF and page."""

import sys
from collections.abc import Iterable
from pathlib import Path

from up.part import Part, at
from up.settings import Settings

# A device's series belong to its place in the house, whichever process told of them. An empty label
# is no label. (Not labeldrop with `if`: VictoriaMetrics 1.79 drops the labels of all series then.)
SCRAPE_JOB = """\
  - job_name: {name}
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
    metric_relabel_configs:
      - {{source_labels: [device], regex: .+, target_label: job, replacement: ''}}
      - {{source_labels: [device], regex: .+, target_label: instance, replacement: ''}}
"""


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
        at(settings.vm_port, "/health"),
    )


def scrape_config(settings: Settings, parts: Iterable[Part]) -> str:
    """The scrape configuration; a virtual home is followed more closely, it costs nothing."""
    interval_seconds = 5 if settings.virtual else 15
    jobs = [
        SCRAPE_JOB.format(name=part.name, port=next(iter(part.ports.values())))
        for part in parts
        if part.scraped
    ]
    return f"global: {{scrape_interval: {interval_seconds}s}}\nscrape_configs:\n{''.join(jobs)}"


def bff(settings: Settings) -> Part:
    """Prices, devices, ledger and cost."""
    return Part(
        "bff",
        (sys.executable, "-m", "bff"),
        {"BFF_PORT": settings.bff_port, "BFF_HEALTH_PORT": settings.bff_health_port},
        at(settings.bff_health_port, "/healthz"),
        {
            "CONFIG_FILE": str(settings.home_file),
            "DATABASE_URL": f"sqlite:///{settings.home_dir / 'bff.sqlite3'}",
            "VICTORIAMETRICS_URL": at(settings.vm_port, ""),
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
        at(settings.page_port, "/"),
        {
            "PAGE_HOST": "127.0.0.1",
            "PAGE_PORT": str(settings.page_port),
            "PAGE_ROOT": str(Path("frontend/out").resolve()),
            "BFF_URL": at(settings.bff_port, ""),
            "XDG_DATA_HOME": str(settings.home_dir / "caddy"),
            "XDG_CONFIG_HOME": str(settings.home_dir / "caddy"),
        },
    )
