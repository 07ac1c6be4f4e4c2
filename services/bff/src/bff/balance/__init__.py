"""Where the house's electricity came from and went to, and what the bill comes to."""
