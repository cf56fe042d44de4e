"""The desktop and the operating system, one module for each part."""
