"""What `--discover` prints."""

import yaml

from service_kit.suggestion import FoundDevice, suggestion


def test_a_line_end_in_a_devices_own_words_stays_in_the_comment() -> None:
    """The block is YAML, whatever a device calls itself."""
    found = FoundDevice(
        "native", "192.168.1.20", "AA", 'P110\n- "x', 'desk "A"\n', {1: ""}, note="a\u2028b\r\nc: {"
    )
    (device,) = yaml.safe_load(suggestion([found], "# nothing"))["devices"]
    assert device["name"] == {"en": 'desk "A"\n'}
    assert device["sources"] == [{"source": "native", "id": "AA", "address": "192.168.1.20"}]
