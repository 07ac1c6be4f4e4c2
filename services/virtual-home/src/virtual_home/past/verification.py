"""Whether VictoriaMetrics has what it took: it answers 204 also to what it drops."""

import logging
from collections.abc import Sequence

import numpy as np

from virtual_home.past.series import Series
from virtual_home.past.victoriametrics import VictoriaMetrics

LOG = logging.getLogger(__name__)

# VictoriaMetrics keeps twelve significant digits.
RELATIVE_TOLERANCE = 1e-11


class NotWrittenError(Exception):
    """VictoriaMetrics took the samples and does not have them."""


def verify(vm: VictoriaMetrics, written: Sequence[Series]) -> None:
    """Read every sample back.

    Raises:
        NotWrittenError: One is missing or has another value.
        VictoriaMetricsError: It is away or refuses.
    """
    vm.settle()
    with_samples = [series for series in written if series.values.size]
    LOG.info("reading back %d series", len(with_samples))
    for series in with_samples:
        first, last = int(series.at_ms[0] // 1000), int(series.at_ms[-1] // 1000)
        kept = vm.read(series.metric, first, last)
        if not _same(kept, series):
            raise NotWrittenError(_difference(kept, series))


def _same(kept: Series, written: Series) -> bool:
    return np.array_equal(kept.at_ms, written.at_ms) and np.allclose(
        kept.values, written.values, rtol=RELATIVE_TOLERANCE, atol=0
    )


def _difference(kept: Series, written: Series) -> str:
    name = f"{written.metric['__name__']} of {written.metric['device']}"
    if kept.values.size < written.values.size:
        return (
            f"{name}: of {written.values.size} samples {kept.values.size} were kept;"
            " is the -retentionPeriod of VictoriaMetrics longer than DAYS?"
        )
    return f"{name} reads back with other values: somebody else has written it too"
