"""The steps from an empty database to today's, applied when the program starts."""
