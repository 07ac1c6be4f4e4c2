-- Every device that was ever archived, with its newest place, and its names while it is configured.
with seen as (
    select
        device,
        arg_max(house, ts_utc) as house,
        arg_max(room, ts_utc) as room,
        arg_max(shelf, ts_utc) as shelf,
        count(distinct source) as sources,
        min(date_jst) as first_date_jst,
        max(date_jst) as last_date_jst
    from {{ ref('stg_meter_readings') }}
    group by device
)

select
    seen.*,
    configured.name_ja,
    configured.name_en,
    configured.rated_power_w,
    configured.kind,
    configured.device is not null as is_configured
from seen
left join {{ source('archive', 'raw_devices') }} as configured using (device)
