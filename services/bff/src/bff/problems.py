"""Errors as people and programs can use them: RFC 9457 problem details."""

from typing import override

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class InputError(BaseModel):
    """One thing that is wrong with what was sent."""

    where: str = Field(description="Where it stands.", examples=["body.valid_from"])
    message: str = Field(examples=["an instant needs its offset: 2026-03-01T00:00:00+09:00"])


class ProblemDocument(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="Names the kind of problem.", examples=["urn:ppms:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no room 'wrok'."])
    instance: str = Field(description="The path that was asked.", examples=["/api/v1/cost"])
    what_to_do: str = Field(examples=["Use one of: work, kitchen."])
    errors: list[InputError] | None = Field(
        default=None, description="For wrong input: every fault, not only the first."
    )
    conflicts_with: int | None = Field(
        default=None, description="For overlapping prices: the id of the other row."
    )
    incident: str | None = Field(
        default=None, description="For faults of ours: the id under which the log has more."
    )


class Problem(Exception):  # noqa: N818 - it is what RFC 9457 calls it
    """An answer that is not the one asked for.

    Args:
        status: The HTTP status.
        kind: A short word with hyphens; becomes `type`.
        detail: What went wrong here, for a person.
        what_to_do: The way out, a sentence.
        conflicts_with: The id of the row that is in the way.
        errors: Every fault of the input.
        retry_after_seconds: Sent as the Retry-After header.
    """

    def __init__(  # noqa: PLR0913 - the members of RFC 9457, all by name
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        what_to_do: str,
        conflicts_with: int | None = None,
        errors: list[InputError] | None = None,
        retry_after_seconds: int | None = None,
        incident: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.what_to_do = what_to_do
        self.conflicts_with = conflicts_with
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds
        self.incident = incident

    @property
    def title(self) -> str:
        """The kind as words."""
        return self.kind.replace("-", " ").capitalize()

    @override
    def __str__(self) -> str:
        return f"{self.status} {self.kind}: {self.detail}"


def not_found(wanted: object, *, what: str, known: list[str]) -> Problem:
    """404 for an id that names nothing, with the ids that do."""
    return Problem(
        404,
        "not-found",
        f"There is no {what} '{wanted}'.",
        what_to_do=f"Use one of: {', '.join(known)}." if known else f"There is no {what} yet.",
    )


def wrong_input(message: str, *, where: str, what_to_do: str) -> Problem:
    """422 for one thing that validation alone could not see."""
    fault = InputError(where=where, message=message)
    return Problem(422, "wrong-input", message, what_to_do=what_to_do, errors=[fault])
