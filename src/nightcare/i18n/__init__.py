"""Everything a person reads, one TOML file a language; how it is read is in `reading`."""
