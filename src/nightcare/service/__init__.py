"""The service process: wiring, reloading of the config, and the scheduler."""
