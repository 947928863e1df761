"""Discord: the token's shape, and, where that may be asked, what Discord knows of the application behind it."""

import base64
import binascii
import re

import aiohttp
from discord import ApplicationFlags
from discord.http import Route

from bot.cli.checks.finding import Finding, good, note, problem

_SHAPE = re.compile(r"([\w-]{20,40})\.[\w-]{5,10}\.[\w-]{25,80}", re.ASCII)
_SECONDS = 10.0
_PORTAL = "https://discord.com/developers/applications"
_INVITATION = "https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions=117760"
_UNNEEDED = ("gateway_presence", "gateway_guild_members", "gateway_message_content")


def check_token(token: str) -> Finding:
    """Look at the token without showing it, and without asking anybody."""
    if not token:
        return note(
            "token",
            "There is none, so `ninewords run` draws a picture instead of starting the bot.",
            f"Get one at {_PORTAL} and put DISCORD_TOKEN=… into .env.",
        )
    application = application_id(token)
    if application is None:
        return problem(
            "token",
            "DISCORD_TOKEN does not look like a bot's token, which has three parts between dots.",
            f"Copy it again from the page Bot of your application at {_PORTAL}; it is not the client secret.",
        )
    return good("token", f"It looks right. Invite the bot with {_INVITATION.format(application)}")


def application_id(token: str) -> int | None:
    """Read the application's id, which is no secret, from the first part of a token; None where it is none."""
    shape = _SHAPE.fullmatch(token)
    if shape is None:
        return None
    first = shape[1]
    try:
        return int(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (binascii.Error, ValueError):
        return None


def explain_intents() -> Finding:
    """Say what the bot asks of Discord's gateway."""
    return good("intents", "The bot needs none of the privileged ones: it sees its commands, not what people write.")


async def ask_discord(token: str) -> Finding:
    """Ask Discord whether it knows the token, and whether the application asks for more than the bot needs."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.get(f"{Route.BASE}/oauth2/applications/@me", headers={"Authorization": f"Bot {token}"}) as answer,
        ):
            return _answer(answer.status, await answer.json(content_type=None))
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        return note(
            "Discord",
            f"It cannot be reached from here ({type(fault).__name__}).",
            "Look at network and proxy; or --offline.",
        )


def _answer(status: int, body: dict[str, object]) -> Finding:
    if status == 401:
        return problem("Discord", "It does not know this token.", f"Copy it again from {_PORTAL}.")
    if status != 200:
        return note(
            "Discord", f"It answered {status}.", "Try again in a while; https://discordstatus.com may know more."
        )
    flags = ApplicationFlags._from_value(int(str(body.get("flags", 0))))
    asked = [name for name in _UNNEEDED if getattr(flags, name) or getattr(flags, f"{name}_limited")]
    if asked:
        return note(
            "Discord",
            f"It knows {body.get('name')}, which asks for intents that are not needed: {', '.join(asked)}.",
            f"Switch them off on the page Bot at {_PORTAL}.",
        )
    return good("Discord", f"It knows the token as {body.get('name')}.")
