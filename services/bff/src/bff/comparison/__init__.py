"""Two sources of one device compared: which is the better one to trust."""
