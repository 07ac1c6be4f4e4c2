"""Let the server take a plug into its fabric, as a person would with the code on its back."""

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, ClientSession

from matter_network.programs import SERVER_PORT

COMMISSIONED = "commissioned"  # ends the name of the file that marks a plug as such
URL = f"ws://127.0.0.1:{SERVER_PORT}/ws"
READY_SECONDS = 180.0
PAUSE_SECONDS = 0.1


async def command(name: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON of the server
    """Send one command to the server inside the namespace.

    Raises:
        ClientError: The server does not answer.
        ValueError: It refused; the text is its own.
    """
    async with ClientSession() as session, session.ws_connect(URL, max_msg_size=0) as socket:
        await socket.receive_json()  # it begins with what it is
        await socket.send_json({"message_id": "1", "command": name, "args": arguments})
        while (answer := await socket.receive_json()).get("message_id") != "1":
            pass
    if "error_code" in answer:
        message = f"{name}: error {answer['error_code']}: {answer.get('details')}"
        raise ValueError(message)
    return answer["result"]


async def until_server_answers() -> None:
    """Wait for the server.

    Raises:
        TimeoutError: It did not come.
    """
    async with asyncio.timeout(READY_SECONDS):
        while True:
            with suppress(ClientError):
                await command("server_info")
                return
            await asyncio.sleep(PAUSE_SECONDS)


async def commission(code: str) -> None:
    """Commission the plug that has this code."""
    await command("commission_with_code", code=code, network_only=True)
