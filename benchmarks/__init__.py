"""What nightcare costs, measured: `./scripts/benchmark`."""
