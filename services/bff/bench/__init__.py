"""`python -m bench`: the ledger's speed, each figure beside its reference in the same run."""
