"""Shelly devices of generation 2 and later on the local network, by their HTTP RPC."""
