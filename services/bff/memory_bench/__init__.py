"""What every service takes at rest and the BFF after a burst: see `python -m memory_bench`."""
