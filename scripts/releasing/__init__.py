"""Parts of ./scripts/release, and of the build of the packages."""
