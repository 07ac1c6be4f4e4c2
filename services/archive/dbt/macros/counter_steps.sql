{# The counter rule: what each measured value of a counter adds, by device and source in order of time.
   The first value ever adds nothing, a rise itself, a fall is a reset: what was counted since zero.
   Not by day: the step over midnight belongs to the day of its later sample. #}
{% macro counter_step_kwh(value) %}
  case
    when lag({{ value }}) over counter is null then 0
    when {{ value }} >= lag({{ value }}) over counter then {{ value }} - lag({{ value }}) over counter
    else {{ value }}
  end
{% endmacro %}
