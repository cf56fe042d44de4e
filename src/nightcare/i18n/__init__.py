"""The texts that a person reads, one TOML file for each language; `languages.py` reads them."""
