-- One row for each reading, with what was measured told from what is 0.0 for want of a value.
select
    ts_utc,
    ts_jst,
    dt as date_jst,
    cast(ts_utc at time zone '{{ var("house_time_zone") }}' as timestamp) as ts_local,
    coalesce(device, source) as device,
    source,
    house,
    room,
    shelf,
    instant_power_w,
    energy_import_kwh,
    energy_export_kwh,
    not contains(quality, 'instant_power_w') as is_power_measured,
    not contains(quality, 'energy_import_kwh') as is_import_measured,
    not contains(quality, 'energy_export_kwh') as is_export_measured,
    ingested_at
from {{ source('archive', 'raw_meter_readings') }}
