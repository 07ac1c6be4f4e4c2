"""What keeps the samples and shows them: VictoriaMetrics, BFF and page."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from up.process import Process, local_url
from up.settings import Settings

# A device's series belong to its place in the house, whichever process exposed them. An empty label
# is no label. (Not labeldrop with `if`: VictoriaMetrics 1.79 drops the labels of all series then.)
SCRAPE_JOB = """\
  - job_name: {name}
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
    metric_relabel_configs:
      - {{source_labels: [device], regex: .+, target_label: job, replacement: ''}}
      - {{source_labels: [device], regex: .+, target_label: instance, replacement: ''}}
"""
USERNAME = "ppms"
PASSWORD_BYTES = 32


def victoria_metrics(settings: Settings) -> Process:
    """Return the database of all samples, which also scrapes the exporters.

    It answers nobody without the password, and pages of other origins not at all.
    """
    return Process(
        "victoria-metrics",
        (
            "victoria-metrics",
            f"-storageDataPath={settings.home_dir / 'victoria-metrics'}",
            f"-httpListenAddr=127.0.0.1:{settings.vm_port}",
            f"-promscrape.config={settings.home_dir / 'scrape.yaml'}",
            "-retentionPeriod=100y",
            "-search.latencyOffset=0s",
            "-dedup.minScrapeInterval=1ms",
            "-memory.allowedPercent=20",
            "-promscrape.suppressScrapeErrors",
            "-loggerLevel=WARN",
            # Secrets come from the environment: a command line is shown to every user.
            "-envflag.enable",
            f"-httpAuth.username={USERNAME}",
            *(("-http.disableCORS",) if can_disable_cors() else ()),
        ),
        {"VM_PORT": settings.vm_port},
        local_url(settings.vm_port, "/health"),
        _secret_flags(victoria_metrics_password(settings)),
    )


@cache
def can_disable_cors() -> bool:
    """Return whether this VictoriaMetrics is newer than 1.112; it does not print its version."""
    command = ["victoria-metrics", "-help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    return "-http.disableCORS" in shown.stdout + shown.stderr


def _secret_flags(password: str) -> Mapping[str, str]:
    """Return the flags that are secret, as variables.

    Up to 1.79 deletion needs a key beside the password; from 1.112 on a key would replace the
    password, so there is none.
    """
    key = {} if can_disable_cors() else {"deleteAuthKey": password}
    return {"httpAuth_password": password, **key}


def password_file(settings: Settings) -> Path:
    """Return where the password of this home's VictoriaMetrics is kept."""
    return settings.home_dir / "victoria-metrics-password"


def victoria_metrics_password(settings: Settings) -> str:
    """Return the password of this home's VictoriaMetrics, made at the first start."""
    file = password_file(settings)
    if not file.exists():
        settings.home_dir.mkdir(parents=True, exist_ok=True)
        made = file.with_suffix(".new")
        made.unlink(missing_ok=True)
        opened = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="ascii") as output:
            output.write(secrets.token_urlsafe(PASSWORD_BYTES))
        made.rename(file)
    return file.read_text(encoding="ascii")


def scrape_config(settings: Settings, processes: Iterable[Process]) -> str:
    """Return the scrape configuration; a virtual home is scraped more often, it costs nothing."""
    interval_seconds = 5 if settings.is_virtual else 15
    jobs = [
        SCRAPE_JOB.format(name=process.name, port=next(iter(process.ports.values())))
        for process in processes
        if process.is_scraped
    ]
    return f"global: {{scrape_interval: {interval_seconds}s}}\nscrape_configs:\n{''.join(jobs)}"


def reaches_victoria_metrics(settings: Settings) -> Mapping[str, str]:
    """Return the settings of a service that reads or writes samples."""
    return {
        "VICTORIAMETRICS_URL": local_url(settings.vm_port, ""),
        "VICTORIA_METRICS_USERNAME": USERNAME,
        "VICTORIA_METRICS_PASSWORD": victoria_metrics_password(settings),
    }


def bff(settings: Settings) -> Process:
    """Return prices, devices, ledger and cost."""
    return Process(
        "bff",
        (sys.executable, "-m", "bff"),
        {"BFF_PORT": settings.bff_port, "BFF_HEALTH_PORT": settings.bff_health_port},
        local_url(settings.bff_health_port, "/healthz"),
        {
            "CONFIG_FILE": str(settings.home_file),
            "DATABASE_URL": f"sqlite:///{settings.home_dir / 'bff.sqlite3'}",
            **reaches_victoria_metrics(settings),
            "LISTEN_PORT": str(settings.bff_port),
            "HEALTH_PORT": str(settings.bff_health_port),
            "VIRTUAL_HOME": str(settings.is_virtual).lower(),
            "CONTRACTS_FOLDER": str(Path("config/contracts").resolve()),
        },
    )


def page(settings: Settings) -> Process:
    """Return the server of the page's static files, which forwards /api to the BFF."""
    return Process(
        "page",
        ("caddy", "run", "--config", "frontend/Caddyfile", "--adapter", "caddyfile"),
        {"PAGE_PORT": settings.page_port},
        local_url(settings.page_port, "/"),
        {
            "PAGE_HOST": "127.0.0.1",
            "PAGE_PORT": str(settings.page_port),
            "PAGE_ROOT": str(Path("frontend/out").resolve()),
            "BFF_URL": local_url(settings.bff_port, ""),
            "XDG_DATA_HOME": str(settings.home_dir / "caddy"),
            "XDG_CONFIG_HOME": str(settings.home_dir / "caddy"),
        },
    )
