"""What people say of a device over what the configuration file says."""
