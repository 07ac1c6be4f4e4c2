"""What places and devices used and what it cost: energy times prices, never an accumulator."""
