"""Who changed prices, contracts, rates, reading dates and budgets, and undoing it."""
