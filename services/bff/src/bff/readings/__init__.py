"""When the meter of the supplier is read: the edges of the periods that are billed."""
