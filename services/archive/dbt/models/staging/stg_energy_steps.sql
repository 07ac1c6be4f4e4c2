-- What each measured value of the import counter adds.
select
    ts_utc,
    ts_local,
    date_jst,
    device,
    source,
    energy_import_kwh,
    {{ counter_step_kwh('energy_import_kwh') }} as step_kwh,
    coalesce(energy_import_kwh < lag(energy_import_kwh) over counter, false) as is_reset
from {{ ref('stg_meter_readings') }}
where is_import_measured
window counter as (partition by device, source order by ts_utc)
