"""Fixtures of all suites."""

pytest_plugins = ["testbed.plugin"]
