"""Several BFFs on one PostgreSQL: one is the worker of the ledger, the others follow it."""
