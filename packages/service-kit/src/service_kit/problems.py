"""Errors of an HTTP API as documents for people and programs: RFC 9457 problem details."""

from typing import override

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:ppms:"


class InputError(BaseModel):
    """One thing that is wrong with what was sent."""

    where: str = Field(description="Its place in the request.", examples=["body.valid_from"])
    message: str = Field(examples=["an instant needs its offset: 2026-03-01T00:00:00+09:00"])


class ProblemDocument(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="Names the problem's type.", examples=["urn:ppms:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no room 'wrok'."])
    instance: str = Field(description="The requested path.", examples=["/api/v1/cost"])
    what_to_do: str = Field(examples=["Use one of: work, kitchen."])
    errors: list[InputError] | None = Field(
        default=None, description="For wrong input: every fault, not only the first."
    )
    conflicts_with: int | str | None = Field(
        default=None, description="For a conflict: the id of the row that is in the way."
    )
    incident: str | None = Field(
        default=None, description="For internal errors: the id under which the log has more."
    )
    line: int | None = Field(
        default=None, description="For a batch: the first part that cannot be taken, from 1."
    )


class ProblemError(Exception):
    """A request that cannot be fulfilled.

    Args:
        status: The HTTP status.
        problem_type: A short word with hyphens; becomes `type` and `title`.
        detail: What went wrong here, for a person.
        what_to_do: The way out, a sentence.
        conflicts_with: The id of the row that is in the way.
        errors: Every fault of the input.
        retry_after_seconds: Sent as the Retry-After header.
        incident: The id under which the log has more.
        line: The first part of a batch that cannot be taken, from 1.
        authenticate: Sent as the WWW-Authenticate header.
    """

    def __init__(  # noqa: PLR0913 - the members of RFC 9457, all by name
        self,
        status: int,
        problem_type: str,
        detail: str,
        *,
        what_to_do: str,
        conflicts_with: int | str | None = None,
        errors: list[InputError] | None = None,
        retry_after_seconds: int | None = None,
        incident: str | None = None,
        line: int | None = None,
        authenticate: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.problem_type = problem_type
        self.detail = detail
        self.what_to_do = what_to_do
        self.conflicts_with = conflicts_with
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds
        self.incident = incident
        self.line = line
        self.authenticate = authenticate

    @property
    def title(self) -> str:
        """The type in words."""
        return self.problem_type.replace("-", " ").capitalize()

    @property
    def headers(self) -> dict[str, str]:
        """The headers to send with the document."""
        headers = {
            "Retry-After": self.retry_after_seconds,
            "WWW-Authenticate": self.authenticate,
        }
        return {name: str(value) for name, value in headers.items() if value is not None}

    def document(self, path: str) -> ProblemDocument:
        """Return the body of the response to a request for `path`."""
        return ProblemDocument(
            type=f"{TYPE_PREFIX}{self.problem_type}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            instance=path,
            what_to_do=self.what_to_do,
            errors=self.errors,
            conflicts_with=self.conflicts_with,
            incident=self.incident,
            line=self.line,
        )

    @override
    def __str__(self) -> str:
        return f"{self.status} {self.problem_type}: {self.detail}"


def not_found(wanted: object, *, what: str, known: list[str]) -> ProblemError:
    """Return 404 for an id that names nothing, with the ids that do."""
    return ProblemError(
        404,
        "not-found",
        f"There is no {what} '{wanted}'.",
        what_to_do=f"Use one of: {', '.join(known)}." if known else f"There is no {what} yet.",
    )


def wrong_input(message: str, *, where: str, what_to_do: str) -> ProblemError:
    """Return 422 for one thing that validation alone could not find."""
    fault = InputError(where=where, message=message)
    return ProblemError(422, "wrong-input", message, what_to_do=what_to_do, errors=[fault])
