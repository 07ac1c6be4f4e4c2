"""When a device was up, down or silent."""
