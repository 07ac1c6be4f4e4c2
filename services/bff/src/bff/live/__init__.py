"""A stream of events for the page: that present values have changed."""
