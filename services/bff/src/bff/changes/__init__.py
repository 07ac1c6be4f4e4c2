"""What new rules of the ledger changed of the past: energy and cost before and after."""
