"""Fixtures of all suites, and what Hypothesis may not ask of a busy machine."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["testbed.plugin"]

# How fast examples come has no meaning for the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
