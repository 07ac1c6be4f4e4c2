"""What the samples of an energy counter come to: one set of rules for exporters and ledger."""
