"""Discord: parses, shows, words errors, moderates; composes generation and storage."""
