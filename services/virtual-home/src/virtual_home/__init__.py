"""A house that does not exist: its load curves, its SwitchBot cloud, its past and its prices."""
