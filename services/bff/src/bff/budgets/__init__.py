"""What a month may cost, for the house and for devices, beside what it is expected to cost."""
