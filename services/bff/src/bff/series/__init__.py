"""Rates that change by month, by slot of the market or by day: fuel adjustment, levy, spot."""
