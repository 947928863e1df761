"""Files of messages are fetched from Discord's own host alone, and never without end."""

from collections.abc import AsyncIterator

import discord
import pytest
from aiohttp import web

from bot.attachments import fetch
from bot.errors import Refused
from bot.words import messages as words
from generation.errors import InvalidChoice
from generation.png import LARGEST_FILE


class Host:
    """A host that answers as it is told to, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.sent = 0
        self.elsewhere = ""
        self.address = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.path == "/away":
            raise web.HTTPFound(self.elsewhere)
        if request.path == "/gone":
            raise web.HTTPNotFound
        if request.path != "/endless":
            return web.Response(body=b"picture")
        response = web.StreamResponse()
        await response.prepare(request)
        while True:  # until nobody listens any more
            await response.write(bytes(2**20))
            self.sent += 2**20


@pytest.fixture
async def hosts() -> AsyncIterator[tuple[Host, Host]]:
    """Two hosts, the one that stands for Discord's and one inside the network."""
    both = Host(), Host()
    runners = []
    for host in both:
        application = web.Application()
        application.router.add_get("/{path:.*}", host.answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        runners.append(runner)
    yield both
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def discords(hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(discord.Asset, "BASE", hosts[0].address)
    return hosts[0]


async def test_a_file_of_discords_is_fetched(discords: Host) -> None:
    assert await fetch(f"{discords.address}/a.png?ex=1") == b"picture"
    with pytest.raises(Refused, match=words.OUT_OF_REACH):
        await fetch(f"{discords.address}/gone")


async def test_d04_no_address_but_discords_is_asked(discords: Host, hosts: tuple[Host, Host]) -> None:
    """A picture URL fetched as given: reaches inside the network, no size or type limit."""
    inside = hosts[1]
    port = discords.address.rpartition(":")[2]
    for url in (
        f"{inside.address}/a.png",
        f"http://localhost:{port}/a.png",
        f"https://127.0.0.1:{port}/a.png",
        f"{discords.address}@{inside.address.removeprefix('http://')}/a.png",
        f"file://{__file__}",
        "http://169.254.169.254/latest/meta-data",
        "//[",
        "",
    ):
        with pytest.raises(Refused, match=words.NOT_FROM_DISCORD):
            await fetch(url)
    assert (discords.asked, inside.asked) == (0, 0)


async def test_d04_no_redirection_is_followed(discords: Host, hosts: tuple[Host, Host]) -> None:
    discords.elsewhere = f"{hosts[1].address}/a.png"
    with pytest.raises(Refused, match=words.OUT_OF_REACH):
        await fetch(f"{discords.address}/away")
    assert hosts[1].asked == 0


async def test_d04_a_file_without_an_end_is_let_go_of(discords: Host) -> None:
    with pytest.raises(InvalidChoice, match="larger than 32 MiB"):
        await fetch(f"{discords.address}/endless")
    assert discords.sent < 2 * LARGEST_FILE
