-- Cost of each day and meter: every step at the unit price of its instant. A sketch beside the BFF's
-- cost, which prices slots exactly; steps without a price are counted, never priced at 0. What a house
-- generates, stores or sells has no price of use.
with used as (
    select steps.*
    from {{ ref('stg_energy_steps') }} as steps
    left join {{ source('archive', 'raw_devices') }} as devices using (device)
    where coalesce(devices.kind, 'load') in ('load', 'grid', 'grid_import')
),

priced as (
    select
        steps.date_jst,
        steps.device,
        steps.source,
        steps.step_kwh,
        prices.price_per_kwh,
        prices.currency,
        prices.exported_at
    from used as steps
    left join {{ source('archive', 'raw_unit_prices') }} as prices
        on prices.direction = 'import'
        and steps.ts_utc >= prices.valid_from
        and (prices.valid_to is null or steps.ts_utc < prices.valid_to)
)

select
    date_jst,
    device,
    source,
    sum(cast(step_kwh as decimal(18, 9)) * price_per_kwh) as cost,
    max(currency) as currency,
    sum(step_kwh) as energy_kwh,
    coalesce(sum(step_kwh) filter (where price_per_kwh is null), 0) as unpriced_kwh,
    max(exported_at) as prices_exported_at
from priced
group by date_jst, device, source
