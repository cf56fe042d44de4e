"""Benchmarks of memory, wake-ups and times: `./scripts/benchmark`."""
