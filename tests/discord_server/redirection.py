"""Pointing the real discord.py client at a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

API = "/api/v10"
GATEWAY = "/gw"


@contextmanager
def redirect(address: str) -> Iterator[None]:
    """Let every client of this process talk to `address` (`http://127.0.0.1:PORT`) in place of Discord, then no more.

    Only the loopback is accepted, so that no token can be sent elsewhere by mistake. A bot in a process of its own
    calls this with the address it was started with.
    """
    url = yarl.URL(address)
    if url.host != "127.0.0.1":
        raise ValueError(f"{address} is not on this machine: no token is sent there.")
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE = f"{url.origin()}{API}"
    DiscordWebSocket.DEFAULT_GATEWAY = url.with_scheme("ws").with_path(GATEWAY)
    Asset.BASE = str(url.origin())  # type: ignore[assignment] - declared by its value alone, which pyright takes as fixed
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before
