"""Who makes a request that changes something, for the history of changes."""

from typing import Annotated

from fastapi import Depends, Request

from bff.db.revisions import Author
from bff.http.gate import identity_of
from bff.services import UsedServices


async def _author(services: UsedServices, request: Request) -> Author:
    trusted = services.settings.trust_tailscale_identity
    return Author(identity_of(request.headers, trusted=trusted) or "", services.now())


UsedAuthor = Annotated[Author, Depends(_author)]
