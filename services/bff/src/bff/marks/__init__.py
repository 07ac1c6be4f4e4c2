"""What happened at instants of a range: changed prices and events, for the axis of a picture."""
