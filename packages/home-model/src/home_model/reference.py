"""`python -m home_model.reference > docs/metrics.md`: the metric table as a page for people."""

import sys

from home_model.metrics import LABELS, metric_name, table_of
from home_model.sources import FAMILIES

HEAD = """\
# Metrics of a device

Generated from `home_model.metrics` by `make docs`; do not edit.

Labels of every line: {labels}. Their values come from `devices.yaml` alone.
When a source fails, all its lines but `_device_up` leave `/metrics`; `_device_up` stays with 0.
Of boards, `_device_up` and `_last_arrival_timestamp_seconds` are on `/metrics`; what they measured
is written into VictoriaMetrics at the instants at which it was recorded.
Right after a start, until the first attempt has had an outcome, there is no line at all.

| metric | type | meaning |
|---|---|---|
"""


def reference() -> str:
    """Return the whole page as Markdown."""
    labels = ", ".join(f"`{label}`" for label in LABELS)
    lines = [
        f"| `{metric_name(family, metric)}` | {metric.metric_type} | {metric.help} |"
        for family in sorted(FAMILIES)
        for metric in table_of(family)
    ]
    return HEAD.format(labels=labels) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
