"""The schemas of the history of what people wrote."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from bff.db.revisions import ObjectType


class RevisionRow(BaseModel):
    """A change: what was before and after it."""

    id: int = Field(examples=[1])
    object: ObjectType
    key: str = Field(description="Which one.", examples=["1"])
    at: datetime
    by: str = Field(
        description="The login where Tailscale names one; else empty.", examples=["ann@example.com"]
    )
    before: dict[str, Any] | None = Field(description="null: it was not there.")
    after: dict[str, Any] | None = Field(description="null: it was deleted.")
    undone_at: datetime | None = Field(examples=[None])
    undone_by: str | None = Field(examples=[None])


class RevisionList(BaseModel):
    """A page of changes, newest first."""

    total: int = Field(description="All that match.", examples=[1])
    revisions: list[RevisionRow]
