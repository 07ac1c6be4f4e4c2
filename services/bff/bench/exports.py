"""`python -m bench.exports URL SELECTOR START END`: ways to read raw samples, side by side.

For example: python -m bench.exports http://127.0.0.1:8428 '{device="server"}' 2026-01-01 2026-02-01
"""

import argparse
import logging
import time
from collections.abc import Callable

import httpx
import numpy as np
import orjson

from bff.victoriametrics.export import parse_line

CSV = "device,source,__value__,__timestamp__:unix_ms"

LOG = logging.getLogger("bench.exports")


def by_json(body: bytes) -> int:
    """Every line through the JSON parser."""
    samples = 0
    for line in body.splitlines():
        series = orjson.loads(line)
        np.array(series["values"], dtype=np.float64)
        samples += len(np.array(series["timestamps"], dtype=np.int64))
    return samples


def by_digits(body: bytes) -> int:
    """As the ledger does: values through the JSON parser, instants digit by digit."""
    return sum(len(parse_line(line)[1]) for line in body.splitlines())


def by_csv(body: bytes) -> int:
    """A row a sample, through numpy's reader."""
    return len(np.loadtxt(body.decode().splitlines(), delimiter=",", usecols=(2, 3)))


def uncounted(body: bytes) -> int:
    """VictoriaMetrics' own blocks: not decoded, their form is not promised to stay."""
    return len(body) and 0


WAYS: tuple[tuple[str, str, str, Callable[[bytes], int]], ...] = (
    ("JSON, all parsed", "/api/v1/export", "identity", by_json),
    ("JSON, instants by digits", "/api/v1/export", "identity", by_digits),
    ("the same, gzip", "/api/v1/export", "gzip", by_digits),
    ("CSV", "/api/v1/export/csv", "identity", by_csv),
    ("native", "/api/v1/export/native", "identity", uncounted),
)


def main() -> None:
    """Print a table for docs/performance.md."""
    logging.basicConfig(level="INFO", format="%(message)s")
    logging.getLogger("httpx").setLevel("WARNING")
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "selector", "start", "end"):
        parser.add_argument(name)
    asked = parser.parse_args()
    form = {"match[]": asked.selector, "start": asked.start, "end": asked.end, "format": CSV}
    LOG.info("| way | MB | fetch | own CPU of it | parse | samples |")
    for name, path, encoding, parse in WAYS:
        with httpx.Client(base_url=asked.url, trust_env=False, timeout=300) as http:
            began, cpu = time.perf_counter(), time.process_time()
            body = http.post(path, data=form, headers={"Accept-Encoding": encoding}).content
            fetched, fetching = time.perf_counter(), time.process_time()
            samples = parse(body)
        LOG.info(
            "| %s | %.0f | %.2f s | %.2f s | %.2f s | %d |",
            name,
            len(body) / 1e6,
            fetched - began,
            fetching - cpu,
            time.process_time() - fetching,
            samples,
        )


if __name__ == "__main__":
    main()
