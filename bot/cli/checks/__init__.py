"""What ``ninewords doctor`` looks at, each in a module of its own; none of it changes anything."""
