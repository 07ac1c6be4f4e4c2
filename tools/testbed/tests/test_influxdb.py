"""The InfluxDB that tests read back from."""

import httpx

from testbed.influxdb import InfluxDB


def test_a_written_point_is_read_with_its_tags_and_nanoseconds(influx: InfluxDB) -> None:
    """Tags are columns, whether all columns are selected or the tag is grouped by."""
    influx.create_database("home")
    line = "power,source=tv value=1.5 1795618800000000001"
    httpx.post(
        f"{influx.url}/write", params={"db": "home"}, content=line, trust_env=False
    ).raise_for_status()
    row = {"time": 1795618800000000001, "source": "tv", "value": 1.5}
    assert influx.select("SELECT * FROM power", "home") == [row]
    assert influx.select("SELECT value FROM power GROUP BY source", "home") == [row]
