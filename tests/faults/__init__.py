"""What is broken on purpose, in short; ``make faults`` breaks the same things as often as it takes to believe it."""
