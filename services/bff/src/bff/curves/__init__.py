"""What a device measured over a day or longer: power, voltage, temperature and more as curves."""
