-- Energy of each local hour and meter, by the counter rule: max - min would lose a step each hour.
with energy as (
    select
        date_trunc('hour', ts_utc) as hour_utc,
        device,
        source,
        any_value(date_jst) as date_jst,
        sum(step_kwh) as energy_kwh,
        count(*) filter (where is_reset) as resets
    from {{ ref('stg_energy_steps') }}
    group by date_trunc('hour', ts_utc), device, source
)

select
    hour_utc,
    cast(hour_utc at time zone '{{ var("house_time_zone") }}' as timestamp) as hour_local,
    date_jst,
    device,
    source,
    energy_kwh,
    resets
from energy
