"""All answers that the first screen of the page needs, in one response."""
