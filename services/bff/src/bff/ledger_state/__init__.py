"""The ledger's state over HTTP and as metrics, and its rebuild."""
