"""`python -m nightcare`."""

from nightcare.cli.main import main

if __name__ == "__main__":
    main()
