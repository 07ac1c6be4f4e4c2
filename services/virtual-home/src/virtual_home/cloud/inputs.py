"""Request bodies of the control API; anything else is refused with its reason."""

from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from virtual_home.cloud.faults import FAULTS
from virtual_home.cloud.status_bodies import CurrentScale


async def parsed[T: BaseModel](request: web.Request, shape: type[T]) -> T:
    """Return the request's JSON body in the given shape.

    Raises:
        web.HTTPBadRequest: With one line for each thing that is wrong.
    """
    try:
        return shape.model_validate_json(await request.read())
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise web.HTTPBadRequest(text="\n".join(lines) + "\n") from None


def _known_fault(name: str) -> str:
    if name not in FAULTS:
        message = f"no fault is called '{name}'; known: {', '.join(FAULTS)}"
        raise ValueError(message)
    return name


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WattsInput(_Input):
    """A load set by api."""

    watts: float = Field(ge=0, le=100_000, allow_inf_nan=False)


class OnlineInput(_Input):
    """Whether the plug answers."""

    online: bool


class FaultInput(_Input):
    """A fault, for so many answers or until cleared."""

    fault: Annotated[str, AfterValidator(_known_fault)]
    times: int | None = Field(default=None, ge=1)
    retry_after_seconds: int | None = Field(default=None, ge=0)


class QuotaInput(_Input):
    """Calls left today, and the header that carries them (null: none)."""

    remaining: int | None = Field(default=None, ge=0)
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] | None = None


class CurrentInput(_Input):
    """The era of `electricCurrent`."""

    scale: CurrentScale
