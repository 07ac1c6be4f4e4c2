"""An emulator of the SwitchBot cloud API v1.1: its answers, and every way it fails."""
