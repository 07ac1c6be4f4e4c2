"""`python -m manifests.generate`: write every file that follows from the table of sources."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from home_model.sources import SOURCES, SourceInfo
from manifests.import_rules import import_rules

ROOT = Path(__file__).parents[4]

type Rows = Sequence[SourceInfo]

_MARKED = re.compile(r"(?<=<!-- sources -->\n).*?(?=<!-- end of sources -->)", re.DOTALL)
_APPS = re.compile(r"(?<=# Exporters, by `make docs`.\n).*?(?= *# End of the exporters)", re.DOTALL)
_IMAGE = re.compile(
    r"^  - \{name: ppms/(\S+-(?:exporter|gateway)|measurements), .*\n", re.MULTILINE
)
_EXPORTER_JOBS = re.compile(r"(?<=scrape_configs:\n).*?(?=  - job_name: bff\n)", re.DOTALL)

SCRAPE_JOB = """\
  - job_name: {row.family}
    honor_labels: true  # `house` of a device is its own
    dns_sd_configs: [{{names: [{row.compose_name}], type: A, port: {row.default_port}}}]
    relabel_configs:
      - {{target_label: instance, replacement: exporter}}  # not its address: that changes
      - {{target_label: house, replacement: "%{{HOUSE}}"}}
{protocol}    metric_relabel_configs: {rules}
"""
PROTOCOL = "      - {{target_label: protocol, replacement: {row.source}}}\n"
RULES = """\
&of_the_home
      # A device's series belong to its place in the house, whichever process exposed them. Not
      # `labeldrop` with `if`: VictoriaMetrics 1.79 drops the labels of all series then.
      - {source_labels: [device], regex: .+, target_label: job, replacement: ""}
      - {source_labels: [device], regex: .+, target_label: instance, replacement: ""}
      - {source_labels: [device], regex: .+, target_label: protocol, replacement: ""}
"""
MONITOR = """\
apiVersion: {api}
kind: {kind}
metadata:
  name: ppms-{row.source}
  namespace: power
  labels: {{app.kubernetes.io/component: exporter, protocol: {row.source}}}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/part-of: ppms
      app.kubernetes.io/component: exporter
      protocol: {row.source}
  namespaceSelector: {{matchNames: [power, power-hardware]}}
  jobLabel: app.kubernetes.io/name
  targetLabels: [protocol]
  endpoints:
    - port: metrics
      interval: 15s
      honorLabels: true  # `house` of a device is its own
      {relabelings}:
        # The app, not the pod or its address: a new pod goes on with the old one's series.
        - sourceLabels: [__meta_kubernetes_service_label_app_kubernetes_io_name]
          targetLabel: instance
        - {{targetLabel: house, replacement: home}}
        - {{action: labeldrop, regex: {dropped}}}
      {metric_relabelings}:
        # A device's series belong to its place in the house. An empty label is no label.
        - {{sourceLabels: [device], regex: .+, targetLabel: instance, replacement: ""}}
        - {{sourceLabels: [device], regex: .+, targetLabel: job, replacement: ""}}
        - {{sourceLabels: [device], regex: .+, targetLabel: namespace, replacement: ""}}
        - {{sourceLabels: [device], regex: .+, targetLabel: service, replacement: ""}}
        - {{sourceLabels: [device], regex: .+, targetLabel: protocol, replacement: ""}}
"""
GENERATED_RULES = "# Generated from k8s/apps/vmalert/rules by `make docs`; do not edit.\n"
RULE_OBJECTS = {
    "prometheus-operator/prometheusrule.yaml": (
        "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule,"
        " metadata: {name: ppms, namespace: power}}"
    ),
    "victoriametrics-operator/vmrule.yaml": (
        "{apiVersion: operator.victoriametrics.com/v1beta1, kind: VMRule,"
        " metadata: {name: ppms, namespace: power}}"
    ),
}
RULES_FIRST = f"metric_relabel_configs: {RULES}"
OPERATORS = {
    "prometheus-operator/servicemonitor.yaml": {
        "api": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "relabelings": "relabelings",
        "metric_relabelings": "metricRelabelings",
        "dropped": "pod|container|endpoint",
    },
    "victoriametrics-operator/vmservicescrape.yaml": {
        "api": "operator.victoriametrics.com/v1beta1",
        "kind": "VMServiceScrape",
        "relabelings": "relabelConfigs",
        "metric_relabelings": "metricRelabelConfigs",
        "dropped": "pod|container|endpoint|prometheus",
    },
}


def table(_: str, rows: Rows) -> str:
    """Return the rows as a Markdown table."""
    head = (
        "| source | metric family | service | module | k8s app | port | secrets |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    lines = (
        f"| `{row.source}` | `{row.family}` | `{row.service}` | `{row.module}` | `{row.k8s_app}` | "
        f"{row.default_port} | {', '.join(f'`{name}`' for name in row.all_secrets) or 'none'} |\n"
        for row in rows
    )
    return head + "".join(lines)


def documentation(text: str, rows: Rows) -> str:
    """Return the page on vendors with the table between its marks."""
    return _MARKED.sub(lambda _: table(text, rows), text)


def profiles(text: str, rows: Rows) -> str:
    """Return the page on compose with the profile of each exporter between its marks."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    by_name = {row.compose_name: row for row in reversed(rows)}
    lines = (
        _profile(row, rows, services.get(row.compose_name, {}).get("profiles", ["?"])[0])
        for row in reversed(by_name.values())
    )
    head = "| profile | reads | secrets, where there are any |\n|---|---|---|\n"
    return _MARKED.sub(lambda _: head + "".join(lines), text)


def _profile(row: SourceInfo, rows: Rows, profile: str) -> str:
    names = ", ".join(other.en for other in rows if other.service == row.service)
    secrets = ", ".join(f"`{name}`" for name in row.all_secrets)
    link = f"[{names}](../services/{row.service}/README.md)"
    return f"| `{profile}` | {link} | {secrets} |\n"


def scrape_file(text: str, rows: Rows) -> str:
    """Return the scrape file of compose with a job for each exporter."""
    services = {row.service: row for row in reversed(rows)}
    jobs = (_scrape_job(row, rows) for row in rows if services[row.service] is row)
    body = "\n".join(jobs).replace("metric_relabel_configs: *of_the_home\n", RULES_FIRST, 1)
    return _EXPORTER_JOBS.sub(lambda _: f"{body}\n", text)


def _scrape_job(row: SourceInfo, rows: Rows) -> str:
    is_single = sum(other.service == row.service for other in rows) == 1
    protocol = PROTOCOL.format(row=row) if is_single else ""
    return SCRAPE_JOB.format(row=row, protocol=protocol, rules="*of_the_home")


def monitors(operator: Mapping[str, str]) -> Callable[[str, Rows], str]:
    """Return what writes the monitors of one operator, between the comment and other monitors."""

    def write(text: str, rows: Rows) -> str:
        head = text[: text.index("apiVersion:")]
        others = [each for each in _documents(text) if "component: exporter" not in each]
        made = (MONITOR.format(row=row, **operator) for row in rows)
        return head + "---\n".join([*made, *others])

    return write


def rule_object(head: str) -> Callable[[], str]:
    """Return what writes the rules of vmalert as an object of an operator."""

    def write() -> str:
        files = sorted((ROOT / "k8s" / "apps" / "vmalert" / "rules").glob("*.yaml"))
        groups = [
            group for file in files for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
        ]
        made = {**yaml.safe_load(head), "spec": {"groups": groups}}
        return GENERATED_RULES + yaml.safe_dump(made, sort_keys=False, width=110)

    return write


def _documents(text: str) -> list[str]:
    return text[text.index("apiVersion:") :].split("---\n")


def overlay(text: str, rows: Rows) -> str:
    """Return the list of an overlay with the exporters between its marks."""
    apps = (f"  - ../../apps/{row.k8s_app}\n" for row in rows)
    return _APPS.sub(lambda _: "".join(apps), text)


def applications(text: str, rows: Rows) -> str:
    """Return the set of Argo CD's applications with the exporters between its marks."""
    apps = (f"          - path: k8s/apps/{row.k8s_app}\n" for row in rows)
    return _APPS.sub(lambda _: "".join(apps), text)


def images(text: str, rows: Rows) -> str:
    """Return the settings of a home with an image for each exporter.

    Where an image is and its version are the home's own: they stay. A new one is where the first
    one is.
    """
    known = {found[1]: found[0] for found in _IMAGE.finditer(text)}
    first = next(iter(known))
    services = dict.fromkeys(row.service for row in rows)
    lines = (known.get(name) or known[first].replace(first, name) for name in services)
    begin = text.index(known[first])
    return text[:begin] + "".join(lines) + _IMAGE.sub("", text[begin:])


def page_names(_: str, rows: Rows) -> str:
    """Return what the page calls the sources, by language."""
    names = {row.source: {"ja": row.ja, "en": row.en} for row in rows}
    return json.dumps(names, ensure_ascii=False, indent=2) + "\n"


GENERATED: Mapping[str, Callable[[str, Rows], str]] = {
    ".importlinter": lambda _, rows: import_rules(ROOT, rows),
    "docker/scrape.yaml": scrape_file,
    "docs/add-a-vendor.md": documentation,
    "docs/compose.md": profiles,
    "frontend/src/api/sources.json": page_names,
    "k8s/overlays/home/kustomization.yaml": overlay,
    "k8s/overlays/cluster/kustomization.yaml": overlay,
    "argocd/stages/apps.yaml": applications,
    "k8s/images/kustomization.yaml": images,
    **{f"k8s/optional/{file}": monitors(operator) for file, operator in OPERATORS.items()},
}
# Of the rules of vmalert, whatever sources there are.
RULES_GENERATED: Mapping[str, Callable[[], str]] = {
    f"k8s/optional/{file}": rule_object(head) for file, head in RULE_OBJECTS.items()
}


def generated(file: str, rows: Rows) -> str:
    """Return what a file should be for these rows of the table."""
    path = ROOT / file
    return GENERATED[file](path.read_text("utf-8") if path.exists() else "", rows)


def write_all(files: Iterable[str] = GENERATED) -> None:
    """Write the files of the table, and the rules of vmalert as objects of operators."""
    for file in files:
        (ROOT / file).write_text(generated(file, SOURCES), encoding="utf-8")
    for file, write in RULES_GENERATED.items():
        (ROOT / file).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    write_all()
