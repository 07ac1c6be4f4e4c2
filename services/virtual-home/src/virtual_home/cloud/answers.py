"""The cloud's envelope: most failures come as HTTP 200 with a status code inside."""

import json
from dataclasses import dataclass

from virtual_home.cloud.status_bodies import Body


@dataclass(frozen=True, slots=True)
class Answer:
    """The cloud's answer before any fault on the wire."""

    status_code: int
    message: str
    body: Body

    def to_json(self) -> bytes:
        """The text of the answer; NaN is written as Python does, which JSON forbids."""
        document = {"statusCode": self.status_code, "body": self.body, "message": self.message}
        return json.dumps(document, ensure_ascii=False).encode()


def success(body: Body) -> Answer:
    """Code 100."""
    return Answer(100, "success", body)


DEVICE_TYPE_ERROR = Answer(151, "device type error", {})
DEVICE_NOT_FOUND = Answer(152, "device not found", {})
COMMAND_NOT_SUPPORTED = Answer(160, "command is not supported", {})
DEVICE_OFFLINE = Answer(161, "device offline", {})
HUB_OFFLINE = Answer(171, "Cannot get the status of device", {})
CLOUD_SERVICE_OFF = Answer(174, "cloud service is not enabled", {})
SYSTEM_ERROR = Answer(190, "System error", {})
DAILY_LIMIT = Answer(190, "Requests reached the daily limit", {})
TOO_MANY = Answer(190, "Too many Requests", {})
