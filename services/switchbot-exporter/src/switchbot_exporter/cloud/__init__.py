"""The SwitchBot cloud API v1.1: sign, ask, understand, and live within the day's quota."""
