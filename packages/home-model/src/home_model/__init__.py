"""The words every service shares: places, devices, readings, metrics and the configuration file.

Pure: nothing here uses a network, a clock or an environment.
"""
