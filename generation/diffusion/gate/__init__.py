"""The picture gate: a small classifier that looks at finished pictures, and how to choose thresholds for it."""
