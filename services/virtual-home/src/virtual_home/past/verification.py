"""Whether VictoriaMetrics has what it took: it answers 204 also to what it drops."""

import logging
import time
from collections.abc import Sequence

import numpy as np

from service_kit.waiting import POLL_SECONDS
from virtual_home.past.series import Series
from virtual_home.past.victoriametrics import VictoriaMetrics

LOG = logging.getLogger(__name__)

# VictoriaMetrics keeps twelve significant digits.
RELATIVE_TOLERANCE = 1e-11
# /internal/force_flush does not wait for a periodic flush that is under way: on a busy machine a
# whole month was seen to become readable half a second after it (measured on 1.79.5).
VISIBLE_WITHIN_SECONDS = 30.0


class NotWrittenError(Exception):
    """VictoriaMetrics took the samples and does not have them."""


def verify(
    vm: VictoriaMetrics,
    written: Sequence[Series],
    *,
    visible_within_seconds: float = VISIBLE_WITHIN_SECONDS,
) -> None:
    """Read every sample back.

    Raises:
        NotWrittenError: One is missing, even after this time, or has another value.
        VictoriaMetricsError: It is away or refuses.
    """
    vm.settle()
    with_samples = [series for series in written if series.values.size]
    LOG.info("reading back %d series", len(with_samples))
    for series in with_samples:
        kept = _read_when_visible(vm, series, visible_within_seconds)
        if not _same(kept, series):
            raise NotWrittenError(_difference(kept, series))


def _read_when_visible(vm: VictoriaMetrics, written: Series, within_seconds: float) -> Series:
    limit = time.monotonic() + within_seconds
    while (kept := _read(vm, written)).values.size < written.values.size:
        if time.monotonic() >= limit:
            break
        time.sleep(POLL_SECONDS)
    return kept


def _read(vm: VictoriaMetrics, written: Series) -> Series:
    first, last = int(written.at_ms[0] // 1000), int(written.at_ms[-1] // 1000)
    return vm.read(written.metric, first, last)


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
