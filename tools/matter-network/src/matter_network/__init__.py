"""A Matter network on one machine: the real python-matter-server and real virtual plugs.

They live in a network namespace of their own, because Matter needs multicast and would otherwise
meet the neighbours' network. The server's WebSocket is carried out to a port of the loopback
address, so that whoever reads it runs as usual.
"""
