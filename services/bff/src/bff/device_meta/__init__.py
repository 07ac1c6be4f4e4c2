"""Names, notes and rated powers that people entered over those of the configuration file."""
