"""Column types that neither SQLite nor PostgreSQL has: moments in UTC, a number that may be ``auto``, 64 bits."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware time, always UTC; SQLite, which knows no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time that does not say where it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back the zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NumberOrWord(TypeDecorator[Any]):
    """A float, or a word in its place (the ``auto`` of guidance scale and eta); floats come back exactly."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: float | str | None, dialect: Dialect) -> str | None:
        """Write a number so that it reads back the same."""
        return value if value is None or isinstance(value, str) else repr(float(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> float | str | None:
        """Read a number where it is one."""
        try:
            return None if value is None else float(value)
        except ValueError:
            return value


class Bits(TypeDecorator[int]):
    """64 bits, a number from 0 to 2⁶⁴ − 1, kept as the signed number with these bits."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Give the highest bit its sign."""
        return value if value is None or value < 1 << 63 else value - (1 << 64)

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        """Take it off again."""
        return None if value is None else value % (1 << 64)
