"""A radio without hardware: a private D-Bus, a mock bluetoothd on it, and plugs that advertise.

What listens is the real thing: bleak's BlueZ backend over a real dbus-daemon.
"""
