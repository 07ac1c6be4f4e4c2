"""The words every service shares: places, devices, readings, metrics and the configuration file.

Pure: nothing here speaks to a network, a clock or an environment.
"""
