"""Names of things in the languages of the page."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from home_model.config import Name


@dataclass(frozen=True, slots=True)
class Names:
    """A name for every language; where one is missing, the other one or the id is used."""

    ja: Annotated[str, Field(examples=["サーバー"])]
    en: Annotated[str, Field(examples=["Server"])]


def full_names(identity: str, *choices: Name) -> Names:
    """Fill both languages from the first choice that has them, then the other language, then id."""
    ja = next((name.ja for name in choices if name.ja), None)
    en = next((name.en for name in choices if name.en), None)
    return Names(ja=ja or en or identity, en=en or ja or identity)
