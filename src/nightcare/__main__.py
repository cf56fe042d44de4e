"""`python -m nightcare`."""

from nightcare.cli import main

if __name__ == "__main__":
    main()
