"""The bills that the supplier sent, beside those that were computed."""
