"""A Panasonic AiSEG2 that does not exist."""
