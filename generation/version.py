"""This program's version, which every recipe names."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the version as installed, ``unknown`` where the program runs without being installed."""
    try:
        return version("ninewords")
    except PackageNotFoundError:
        return "unknown"
