"""Bills of the past by another contract."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bff.bills.query import PeriodBill, compute_bills
from bff.bills.tariff import Tariff
from bff.contract_templates.query import Template, load_templates, template_by_name
from bff.contracts.document import ContractDocument
from bff.contracts.period import Period
from bff.contracts.query import document_of, select_contract
from bff.contracts.rates import Rates
from bff.contracts.timeline import Agreed
from bff.db.engine import read_session
from bff.register.register import Register
from bff.services import Services
from bff.what_if.schemas import WhatIfInput
from energy_rules.quantities import MINUTE_MS

NO_ID = 0

type BothBills = Sequence[tuple[PeriodBill, PeriodBill]]


def bills_with_both(
    services: Services,
    register: Register,
    tariff: Tariff,
    wanted: WhatIfInput,
    periods: Sequence[Period],
) -> BothBills:
    """Return each period's bill by the house's contracts and by another one.

    Raises:
        ProblemError: 404, the contract or template is not there.
    """
    own = compute_bills(services, register, tariff, periods)
    other = compute_bills(services, register, _other(services, tariff, wanted), periods)
    return list(zip(own, other, strict=True))


def _other(services: Services, tariff: Tariff, wanted: WhatIfInput) -> Tariff:
    """Return the tariff with one contract for all of the past."""
    if wanted.template is not None:
        templates = load_templates(services.settings.used_contracts_folder)
        template = template_by_name(templates, wanted.template)
        return _with(_with_series(tariff, template), template.document, wanted.template)
    if wanted.document is not None:
        return _with(tariff, wanted.document, "")
    with read_session(services.engine) as session:
        row = select_contract(session, wanted.contract_id or 0)
    return _with(tariff, document_of(row), row.name)


def _with(tariff: Tariff, document: ContractDocument, name: str) -> Tariff:
    always = document.model_copy(update={"valid_from": None})
    return replace(tariff, contracts=[Agreed(NO_ID, name, always)])


def _with_series(tariff: Tariff, template: Template) -> Tariff:
    """Return the tariff with the template's rates, where the house has none."""
    rates: dict[str, Mapping[str, Decimal]] = dict(tariff.rates.by_series)
    slot_ms = dict(tariff.slot_ms)
    for name, series in template.series.items():
        if series.period == "month":
            known = {month: Decimal(value) for month, value in series.values.items()}
            rates[name] = known | dict(rates.get(name, {}))
        if series.slot_minutes is not None:
            slot_ms.setdefault(name, series.slot_minutes * MINUTE_MS)
    return replace(tariff, rates=Rates(rates), slot_ms=slot_ms)
