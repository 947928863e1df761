"""The researcher's bench: scans over two axes and studies sorted by people. It knows neither Discord nor a database."""
