"""`network` as an ESP32 has it: one access point, which can be off."""

STA_IF = 0
POLLS_UNTIL_LINKED = 3
access_point_is_on = True


class WLAN:
    """The station interface."""

    IF_STA = STA_IF

    def __init__(self, interface):
        self._is_active, self._polls = False, None

    def active(self, is_active):
        self._is_active = is_active
        self._polls = None

    def connect(self, ssid, password):
        if not self._is_active or self._polls is not None:
            raise OSError("Wifi Internal Error")
        self._polls = 0

    def disconnect(self):
        if not self._is_active:
            raise OSError("Wifi Not Started")
        self._polls = None

    def isconnected(self):
        if self._polls is None or not access_point_is_on:
            return False
        self._polls += 1
        return self._polls > POLLS_UNTIL_LINKED

    def ifconfig(self):
        return ("192.168.1.60", "255.255.255.0", "192.168.1.1", "192.168.1.1")
