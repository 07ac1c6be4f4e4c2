"""Enqueue numbered points, print each committed number, deliver beside it. Ends by being killed."""

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import MetaData

from timeseries_io.delivery import Delivery, Limits
from timeseries_io.influxdb import InfluxDB1, InfluxWriter
from timeseries_io.line_protocol import Point, encode_point
from timeseries_io.outbox import define_outbox, enqueue
from timeseries_io.sqlite import open_sqlite


def main(database: Path, url: str, first: int) -> None:
    """Count up from `first` for ever."""
    engine, metadata = open_sqlite(database), MetaData()
    tables = define_outbox(metadata)
    metadata.create_all(engine)
    writer = InfluxWriter(InfluxDB1(url, "home"))
    limits = Limits(idle_seconds=0.001, min_retry_seconds=0.01, max_retry_seconds=0.05)
    delivery = Delivery(engine, tables, writer.write, destination="InfluxDB", limits=limits)
    threading.Thread(target=delivery.run, args=(threading.Event(),), daemon=True).start()
    number = first
    while True:
        line = encode_point(Point("n", {"of": "test"}, {"v": number}, (number + 1) * 10**9))
        with engine.begin() as connection:
            enqueue(connection, tables, [line], datetime.now(UTC))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
