"""Real servers on free loopback ports, for tests and benchmarks only."""
