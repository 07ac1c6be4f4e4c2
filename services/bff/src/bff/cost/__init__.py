"""Cost as a pure function of energy and prices. Nothing here speaks to a network or a database."""
