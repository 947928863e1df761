"""The record of what the client asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the client and how it was answered; status 0: the connection was broken instead."""

    method: str
    path: str
    status: int
    code: int
    at: float
