"""Two sources of one device beside each other: which is the better one to trust."""
