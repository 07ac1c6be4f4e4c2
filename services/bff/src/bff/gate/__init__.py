"""Who may ask: names that are ours, and no writes from other sites' pages."""
