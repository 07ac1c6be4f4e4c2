-- Energy of each day and meter: by the counter rule, and `max - min` beside it.
with counted as (
    select
        date_jst,
        device,
        source,
        max(energy_import_kwh) - min(energy_import_kwh) as max_minus_min_kwh,
        sum(step_kwh) as counted_kwh,
        count(*) filter (where is_reset) as resets,
        count(*) as samples
    from {{ ref('stg_energy_steps') }}
    group by all
),

power as (
    select date_jst, device, source, max(instant_power_w) as peak_w
    from {{ ref('stg_meter_readings') }}
    where is_power_measured
    group by all
)

select
    date_jst,
    device,
    source,
    -- A reset makes max - min wrong by up to the whole counter; without one it lacks only the step
    -- over midnight.
    if(counted.resets > 0, counted.counted_kwh, counted.max_minus_min_kwh) as daily_energy_kwh,
    power.peak_w,
    counted.counted_kwh,
    counted.max_minus_min_kwh,
    coalesce(counted.resets, 0) as resets,
    coalesce(counted.samples, 0) as samples
from counted
full join power using (date_jst, device, source)
