"""`/reconcile`: the ledger beside PromQL's increase() and the bare readings, by device and day."""

from typing import Annotated

from fastapi import APIRouter, Query

from bff.energy import meter_of_label
from bff.http.schemas import Instant
from bff.ledger.query import fetch_history
from bff.reconcile.query import check_rows, day_edges, fetch_increases_by_day
from bff.reconcile.response import ReconcileInput, rows_of
from bff.reconcile.schemas import Reconciliation
from bff.register.register import device_by_id
from bff.services import UsedServices
from bff.time_grid import Interval, in_zone

router = APIRouter(tags=["ledger"])


@router.get("/reconcile", summary="The ledger beside PromQL and the bare readings")
def get_reconciliation(
    services: UsedServices,
    from_: Annotated[Instant, Query(alias="from", description="The first instant of the range.")],
    to: Annotated[
        Instant,
        Query(description="The first instant after it.", examples=["2026-04-01T00:00:00+09:00"]),
    ],
    device: Annotated[
        str | None, Query(description="Its id; all devices when left out.", examples=["server"])
    ] = None,
) -> Reconciliation:
    """One row for each device, source and day of the house; whatever differs has its reasons.

    The four ways to count: the ledger, each source by the ledger's rules, `increase()`, and the
    last reading less the first.
    """
    register = services.register.current()
    home = register.home
    devices = [each.device for each in register.ledger_home.devices]
    if device:
        wanted = device_by_id(register, device).device
        devices = [each for each in devices if meter_of_label(each) == wanted]
    edges_ms = day_edges(services, from_, to, home.zone)
    check_rows(len(devices) * (len(edges_ms) - 1))
    inputs = ReconcileInput(
        edges_ms,
        {device: position for position, device in enumerate(devices)},
        services.energy_between(devices, edges_ms),
        fetch_increases_by_day(services, devices, edges_ms),
        home.zone,
        services.ledger.now_ms(),
    )
    interval = Interval(edges_ms[0], edges_ms[-1])
    rows = [
        row
        for days, samples in fetch_history(services.ledger, devices, interval)
        for row in rows_of(inputs, days.rules, samples)
    ]
    return Reconciliation(
        from_=in_zone(edges_ms[0], home.zone),
        to=in_zone(edges_ms[-1], home.zone),
        time_zone=home.time_zone,
        rows=rows,
    )
