"""Bills of reading periods: contracts times measured energy, and each device's part of them."""
