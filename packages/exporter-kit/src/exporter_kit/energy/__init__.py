"""Energy counters: what one reading adds (`accumulate.advance`), and their file (`store`)."""
