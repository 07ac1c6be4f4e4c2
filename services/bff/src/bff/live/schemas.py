"""The schema of an event of the stream."""

from datetime import datetime

from pydantic import BaseModel


class LiveChange(BaseModel):
    """Present values have changed, or cannot be read any more: they are to be requested anew."""

    at: datetime
