"""What a change of prices would do to the costs, without making it."""
