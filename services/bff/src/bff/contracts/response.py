"""Contracts as the API shows them. Pure."""

from collections.abc import Collection

import orjson

from bff.contracts.query import document_of
from bff.contracts.schemas import ContractRow
from bff.db.tables import Contract


def contract_row(row: Contract, known_series: Collection[str]) -> ContractRow:
    """Return a contract, with the series that it lacks."""
    document = document_of(row)
    return ContractRow(
        id=row.id,
        name=row.name,
        statement=document.statement,
        valid_from=document.valid_from,
        valid_to=row.valid_to,
        document=orjson.loads(row.document),
        note=row.note,
        missing_series=[name for name in document.series if name not in known_series],
    )
