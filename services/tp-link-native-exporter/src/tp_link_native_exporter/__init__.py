"""TP-Link Kasa and Tapo plugs on the local network, through python-kasa."""
