"""An emulator of the SwitchBot cloud API v1.1: what it says, and every way it fails."""
