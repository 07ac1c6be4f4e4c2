-- Returns the meters that have a day twice.
select date_jst, device, source
from {{ ref('fct_daily_energy') }}
group by all
having count(*) > 1
