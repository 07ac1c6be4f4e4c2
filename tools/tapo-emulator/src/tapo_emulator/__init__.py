"""TP-Link plugs that do not exist: the wire protocols of Tapo and Kasa, the shapes of real models.

Facts come from the device dumps and transports of python-kasa 0.12 and from the Rust client `tapo`;
both clients accept these plugs (see the tests).
"""
