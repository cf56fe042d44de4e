"""From the TOML file and the environment to a frozen schedule, with every mistake located."""
