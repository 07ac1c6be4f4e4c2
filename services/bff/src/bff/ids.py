"""Ids as the routes take them, described once."""

from typing import Annotated

from fastapi import Path

DeviceId = Annotated[
    str, Path(description="A device of the configuration file.", examples=["server"])
]
PriceId = Annotated[int, Path(description="The id of a unit price.", examples=[3])]
