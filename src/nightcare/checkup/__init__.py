"""What is wrong here, and the mend: what the probes find, judged."""
