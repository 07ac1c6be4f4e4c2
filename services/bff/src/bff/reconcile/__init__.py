"""The ledger beside what PromQL and the bare readings say, differences named."""
