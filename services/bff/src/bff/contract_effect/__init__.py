"""What a change of contracts would do to the bills, without making it."""
