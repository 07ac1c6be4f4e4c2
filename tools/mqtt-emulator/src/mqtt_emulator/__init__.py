"""A broker, and MQTT devices that do not exist: Tasmota, Zigbee2MQTT and Shelly."""
