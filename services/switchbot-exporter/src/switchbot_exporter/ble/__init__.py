"""SwitchBot plugs heard over Bluetooth Low Energy: their adverts carry the power."""
