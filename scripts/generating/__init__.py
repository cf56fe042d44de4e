"""What is made of the commands and of the config's models, and committed; ./scripts/generate."""
