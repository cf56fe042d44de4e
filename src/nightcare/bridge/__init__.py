"""The bridge to an MQTT broker; see docs/mqtt.md."""
