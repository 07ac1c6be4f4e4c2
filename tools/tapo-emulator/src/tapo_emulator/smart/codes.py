"""The error codes that the emulator gives, and the envelope of a good answer."""

from typing import Any

type Json = dict[str, Any]

UNKNOWN_METHOD = -1002
JSON_DECODE_FAIL = -1003
PARAMS_ERROR = -1008


def ok(result: Json) -> Json:
    """A result without error."""
    return {"result": result, "error_code": 0}
