"""Firmware of an ESP32 board that measures temperature and power."""
