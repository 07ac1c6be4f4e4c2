"""What `--discover` prints to be pasted into `devices.yaml`: ids and names. Pure."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from anyascii import anyascii

MAX_ID_LENGTH = 50
# White space, line ends, and the other characters that no line of YAML may have.
_NOT_IN_A_COMMENT = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device that was found, with one meter or several.

    Attributes:
        source: The word in `devices.yaml`.
        address: As `devices.yaml` has it; empty for what has none.
        id: Likewise, such as a MAC in any form.
        name: Its own name, as given in the vendor's app.
        meter_names: One for each meter, by its number; none when it could not be read, and `note`
            is the reason.
        settings: Further keys of the source with their values in YAML.
    """

    source: str
    address: str
    id: str
    model: str
    name: str = ""
    meter_names: Mapping[int, str] = field(default_factory=dict)
    note: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


def suggestion(found: Iterable[FoundDevice], nothing: str) -> str:
    """Return YAML of `devices:`. Rooms and shelves are left for the reader to fill in.

    Args:
        found: What answered.
        nothing: The comment for an empty result.
    """
    used: set[str] = set()
    lines = [line for device in found for line in _device_lines(device, used)]
    return "\n".join(["devices:", *lines] if lines else [nothing]) + "\n"


def _device_lines(device: FoundDevice, used: set[str]) -> Iterator[str]:
    where = f" at {device.address}" if device.address else ""
    comment = f"{device.model}{where}" + (f": {device.note}" if device.note else "")
    yield f"  # {one_line(comment)}"
    meters = device.meter_names
    has_several = len(meters) > 1
    for meter, meter_name in meters.items():
        yield f"  - device: {_device_id(device, f'_{meter}' if has_several else '', used)}"
        if name := (meter_name if has_several else device.name):
            yield f"    name: {{{_language(name)}: {quoted(name)}}}"
        yield "    room: CHANGE_ME"
        yield "    shelf: CHANGE_ME"
        yield "    sources:"
        yield f"      - source: {device.source}"
        yield f"        id: {quoted(device.id)}"
        if device.address:
            yield f"        address: {device.address}"
        yield from (f"        {key}: {value}" for key, value in device.settings.items())
        if has_several:
            yield f"        meter: {meter}"


def one_line(comment: str) -> str:
    """Return a comment of YAML: a device's own words may have a line end, which would end it."""
    return _NOT_IN_A_COMMENT.sub(" ", comment).strip()


def quoted(text: str) -> str:
    """Return a text in YAML, whatever quotes it has: that of JSON is one."""
    return json.dumps(text, ensure_ascii=False)


def _device_id(device: FoundDevice, suffix: str, used: set[str]) -> str:
    """Return an id made from the name, or else from model and id; never the same one twice."""
    digits = _slug(device.id).replace("_", "")[-4:]
    base = _transliterated(device.name) or f"{_slug(device.model)}_{digits}"
    chosen = f"{base}{suffix}"
    if chosen in used:
        chosen = f"{base}_{digits}{suffix}"
    used.add(chosen)
    return chosen


def _transliterated(name: str) -> str:
    # The reading of an ideograph depends on language and context: no table has it.
    if any(_is_ideograph(character) for character in name):
        return ""
    return _slug(anyascii(name))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower())[:MAX_ID_LENGTH].strip("_")


def _language(name: str) -> str:
    return "ja" if any(_is_ideograph(c) or _is_kana(c) for c in name) else "en"


def _is_ideograph(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK ")


def _is_kana(character: str) -> bool:
    return unicodedata.name(character, "").startswith(("HIRAGANA", "KATAKANA"))
