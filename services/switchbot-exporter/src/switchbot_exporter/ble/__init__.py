"""SwitchBot devices received over Bluetooth Low Energy: their advertisements carry the power."""
