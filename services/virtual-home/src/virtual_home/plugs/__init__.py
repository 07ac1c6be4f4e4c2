"""The house's TP-Link plugs: the load of each outlet, and the plugs on the network."""
