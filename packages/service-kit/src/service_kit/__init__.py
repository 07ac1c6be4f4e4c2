"""What every process of this project shares, whatever it does: exporters, BFF, batches, tools.

Import the module that is needed (`service_kit.log`, `service_kit.settings` …): none of them loads
a web framework, so that a small process stays small.
"""
