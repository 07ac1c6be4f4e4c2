"""Unit prices: what one kWh costs, and between which instants."""
