"""Matter plugs with a meter, read from a Matter server over its WebSocket."""
