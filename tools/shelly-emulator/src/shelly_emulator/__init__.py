"""Shelly devices for tests and the virtual home: their answers, logins and faults."""
