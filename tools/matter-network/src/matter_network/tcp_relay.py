"""Relay TCP connections from a socket of the outer network to a port of the inner one."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

CHUNK_BYTES = 65_536


async def relay_tcp(outer: socket.socket, inner_port: int) -> asyncio.Server:
    """Start the relay; a connection is closed when the inner port refuses it."""

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            inside = await asyncio.open_connection("127.0.0.1", inner_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, inside[1]), _pump(inside[0], writer))

    return await asyncio.start_server(connected, sock=outer)


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
