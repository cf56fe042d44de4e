"""The configuration: a frozen schedule from TOML and the environment, or located errors."""
