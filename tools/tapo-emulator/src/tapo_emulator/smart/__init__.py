"""The JSON methods of Tapo (SMART) firmware, the same inside KLAP and inside AES."""
