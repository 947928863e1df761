"""The upscaler: a small network for drawn pictures that doubles or quadruples their sides."""
