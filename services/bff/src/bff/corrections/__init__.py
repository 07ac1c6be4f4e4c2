"""Where each device was, what changed, and corrections of the past that people make."""
