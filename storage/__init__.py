"""What is kept: people's choices, presets, jobs and pictures, in SQLite or PostgreSQL through SQLAlchemy."""
