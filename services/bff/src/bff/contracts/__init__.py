"""Contracts with an electricity supplier as data, and the bills that they come to."""
