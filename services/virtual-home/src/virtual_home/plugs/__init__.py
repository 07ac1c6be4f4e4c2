"""The house's TP-Link plugs: what stands behind each outlet, and the plugs on the network."""
