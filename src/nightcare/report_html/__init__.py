"""The report as an HTML page: its content, its charts and its layout."""
