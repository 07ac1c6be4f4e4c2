"""The testbed's own proof: what is written into the real vmsingle can be read back."""

import time

from testbed.victoria_metrics import VictoriaMetrics


def test_an_imported_sample_is_visible_at_once(vm: VictoriaMetrics) -> None:
    """`settle` flushes, so tests need not wait for VictoriaMetrics' own flush."""
    vm.import_samples({"__name__": "probe_watts"}, [(time.time() - 1, 12.5)])
    assert vm.instant("probe_watts") == [({"__name__": "probe_watts"}, 12.5)]
