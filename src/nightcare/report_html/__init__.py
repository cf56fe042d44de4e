"""The report as a page: what stands on it, its pictures, and how it is drawn."""
