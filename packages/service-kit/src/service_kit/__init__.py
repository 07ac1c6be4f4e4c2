"""What every process of this project shares, whatever it does: exporters, BFF, batches, tools.

Import the module that is needed (`service_kit.log`, `service_kit.settings` …), so that a small
process stays small. `database` and `obstacles` need the extra `database`; `serve`,
`request_metrics` and `problem_responses` need the extra `web`.
"""
