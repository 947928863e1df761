"""Moderation: the floor that nobody can lift, and the word lists of a server.  Knows nothing of Discord."""
