"""Requests without discord.py, for what the library itself would never send."""

from __future__ import annotations

import json
from typing import Any, Self

import aiohttp

from tests.discord_server import DiscordServer, Upload
from tests.discord_server.redirection import API


class RawClient:
    """The bot's side of the REST API, by hand. Answers are (status, JSON)."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def request(self, method: str, path: str, body: Any = None, *files: Upload) -> tuple[int, Any]:
        """Send a request with JSON, and with files if there are any."""
        data: Any = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        if files:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", data)
            for index, file in enumerate(files):
                form.add_field(f"files[{index}]", file.bytes, filename=file.filename)
            data, headers = form, {}
        url = self._server.address + API + path
        async with self._session.request(method, url, data=data, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text


def errors_of(body: dict[str, Any]) -> dict[str, list[str]]:
    """The codes in a tree of errors, by the path to them."""

    def walk(tree: dict[str, Any], path: tuple[str, ...]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, inner in tree.items():
            if key == "_errors":
                found[".".join(path)] = [error["code"] for error in inner]
            else:
                found |= walk(inner, (*path, key))
        return found

    return walk(body.get("errors", {}), ())
