"""The ledger beside PromQL's increase() and the bare readings: names of what differs."""
