"""SwitchBot devices read through the cloud API v1.1, within the day's quota."""
