"""Cuts the power at one block operation after another of a true littlefs2.

The last line is the result.

It reads the configuration and the step from one cut to the next.
"""

import json
import os
import sys
import time

BLOCK_BYTES, BLOCKS = 4096, 64
MEASUREMENTS = 6
CADENCE_SECONDS = 60


class PowerCut(BaseException):
    """The chip has no power."""


class Flash:
    """A block device whose power fails at one of its operations, which may be done in half."""

    def __init__(self, data, cut_at=None, is_torn=False):
        self.data, self.cut_at, self.is_torn = data, cut_at, is_torn
        self.operations = 0

    def readblocks(self, block, buffer, offset=0):
        start = block * BLOCK_BYTES + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * BLOCK_BYTES + offset
        self._operation(start, buffer)
        self.data[start : start + len(buffer)] = buffer

    def ioctl(self, operation, argument):
        if operation == 4:
            return BLOCKS
        if operation == 5:
            return BLOCK_BYTES
        if operation == 6:
            erased = bytes([255]) * BLOCK_BYTES
            self._operation(argument * BLOCK_BYTES, erased)
            start = argument * BLOCK_BYTES
            self.data[start : start + BLOCK_BYTES] = erased
        return 0

    def _operation(self, start, buffer):
        if self.cut_at is not None and self.operations >= self.cut_at:
            if self.is_torn and self.operations == self.cut_at:
                half = len(buffer) // 2
                self.data[start : start + half] = buffer[:half]
            self.operations += 1
            raise PowerCut
        self.operations += 1


def boot(flash, taken):
    """Mount the flash and start the firmware."""
    os.mount(os.VfsLfs2(flash), "/flash")
    os.chdir("/flash")
    for name in list(sys.modules):
        if name.split(".")[0] == "board":
            del sys.modules[name]
    time.power_on()
    from board import app

    app.connect()
    the = app.board()
    append = the.buffer.append

    def note(line):
        begun.append((the.state.boot, json.loads(line)["seq"]))
        append(line)
        taken.append(begun[-1])

    the.buffer.append = note
    the.next_measurement_ms = 1 << 40  # `work` measures when it likes
    return the


def leave():
    """Unmount."""
    os.chdir("/")
    os.umount("/flash")


def work(the):
    """Measure some times; every other time the server is away."""
    url = the.config["RENDER_BASE_URL"]
    for number in range(MEASUREMENTS):
        the.config["RENDER_BASE_URL"] = url if number % 3 == 2 else "http://127.0.0.1:1"
        the.measure()
        the.send()
        time.sleep_ms(CADENCE_SECONDS * 1000)
    the.config["RENDER_BASE_URL"] = url


def prepare(config):
    """Return a flash with a file system and the configuration."""
    data = bytearray(BLOCK_BYTES * BLOCKS)
    flash = Flash(data)
    os.VfsLfs2.mkfs(flash)
    os.mount(os.VfsLfs2(flash), "/flash")
    with open("/flash/config.json", "w") as file:
        file.write(config)
    os.umount("/flash")
    return data


def try_cut(image, cut_at, is_torn, taken):
    """Work until the cut, start again, send what is left; return whether the cut was reached."""
    flash = Flash(bytearray(image), cut_at, is_torn)
    is_cut = False
    try:
        work(boot(flash, taken))
    except PowerCut:
        is_cut = True
    os.chdir("/")
    try:
        os.umount("/flash")
    except BaseException:
        pass
    the = boot(Flash(flash.data), taken)
    the.measure()
    outcome = the.send()
    if the.buffer.lines or outcome != "sent":
        print("LEFT", cut_at, is_torn, outcome, the.buffer.lines)
    leave()
    return is_cut


begun, taken = [], []
config, step = json.load(sys.stdin)
image = prepare(json.dumps(config))
cuts, at = 0, 0
while True:
    reached = [try_cut(image, at, is_torn, taken) for is_torn in (False, True)]
    if not any(reached):
        break
    cuts += sum(reached)
    at += step
print(json.dumps({"taken": taken, "begun": begun, "cuts": cuts}))
