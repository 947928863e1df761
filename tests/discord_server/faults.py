"""Faults of the network and of Discord's API, laid on requests that match a pattern."""

from __future__ import annotations

import copy
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.discord_server.redirection import GATEWAY

EVERY = "* *"


@dataclass(slots=True)
class Fault:
    """One fault.

    `on` matches "METHOD /path" as a shell would match a file name; the path has no prefix (`PATCH */@original`).
    `times` is how often it still strikes, None for ever; `share` is the probability that it strikes a matching request.
    """

    on: str = EVERY
    times: int | None = None
    share: float = 1.0
    status: int | None = None
    retry_after: float = 0.05
    via: bool = True
    is_global: bool = False
    resets: bool = False
    after: bool = False
    delay: float = 0.0
    struck: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether it concerns a request. The gateway's handshake is meant only where it is named: `GET /gw*`."""
        if self.times == 0 or (self.on == EVERY and path.startswith(GATEWAY)):
            return False
        return fnmatchcase(f"{method} {path}", self.on)

    def strike(self) -> None:
        self.struck += 1
        if self.times is not None:
            self.times -= 1


@dataclass(slots=True)
class Spoiling:
    """What is done to the payloads of an event, and how often still."""

    change: Callable[[dict[str, Any]], object]
    event: str
    times: int | None


class Faults:
    """The faults that are laid out now; each method returns its fault, which counts how often it `struck`."""

    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._random = random.Random(seed)
        self._spoiling: Spoiling | None = None

    def rate_limit(
        self,
        on: str = EVERY,
        *,
        times: int | None = 1,
        share: float = 1.0,
        retry_after: float = 0.05,
        via: bool = True,
        is_global: bool = False,
    ) -> Fault:
        """Answer 429. Without `via` it looks like a ban by the proxy before Discord, and the client raises at once."""
        return self.lay(
            Fault(on, times, share, status=429, retry_after=retry_after, via=via, is_global=is_global),
        )

    def fail(
        self, on: str = EVERY, *, status: int = 503, times: int | None = 1, share: float = 1.0, after: bool = False
    ) -> Fault:
        """Answer 5xx; with `after` the request has been carried out nevertheless."""
        return self.lay(Fault(on, times, share, status=status, after=after))

    def reset(self, on: str = EVERY, *, times: int | None = 1, share: float = 1.0, after: bool = False) -> Fault:
        """Reset the connection; with `after` the request has been carried out, and only its answer is lost."""
        return self.lay(Fault(on, times, share, resets=True, after=after))

    def delay(self, seconds: float, on: str = EVERY, *, times: int | None = 1, share: float = 1.0) -> Fault:
        """Answer late, in real seconds."""
        return self.lay(Fault(on, times, share, delay=seconds))

    def malform(
        self, change: Callable[[dict[str, Any]], object], *, event: str = "INTERACTION_CREATE", times: int | None = 1
    ) -> None:
        """Let the next events of that name reach the client after `change` has spoilt their payload in place."""
        self._spoiling = Spoiling(change, event, times)

    def spoilt(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The payload of an event as it shall reach the client."""
        spoiling = self._spoiling
        if spoiling is None or spoiling.event != event or spoiling.times == 0:
            return payload
        if spoiling.times is not None:
            spoiling.times -= 1
        payload = copy.deepcopy(payload)
        spoiling.change(payload)
        return payload

    def lay(self, fault: Fault) -> Fault:
        """Lay out a fault."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away."""
        self._faults.clear()
        self._spoiling = None

    def for_request(self, method: str, path: str) -> list[Fault]:
        """The faults that strike this request; each is counted. At most one of them answers in Discord's place."""
        struck: list[Fault] = []
        for fault in self._faults:
            answers = fault.status is not None or fault.resets
            if answers and any(other.status is not None or other.resets for other in struck):
                continue
            if fault.matches(method, path) and self._random.random() < fault.share:
                fault.strike()
                struck.append(fault)
        return struck


def reset_connection(transport: Any) -> None:
    """Close a TCP connection so that the other side reads ECONNRESET."""
    if transport is None or transport.is_closing():
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
