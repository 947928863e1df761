"""A Discord on the loopback: gateway, REST API and CDN for the real discord.py client, refusing what Discord refuses.

async with DiscordServer() as server:
    guild = server.add_guild()
    pictures = guild.add_channel()
    ann = guild.add_member("ann")
    with server.redirect():
        ...  # start the client with server.token, await server.synced() and server.bot_ready()
        interaction = await ann.uses("/imagine", channel=pictures, prompt="a lighthouse")
        message = await interaction.message_when(lambda message: message.attachments)
"""

from tests.discord_server.attachments import Attachment, Upload
from tests.discord_server.channels import Channel
from tests.discord_server.faults import Fault
from tests.discord_server.guilds import Guild, Role
from tests.discord_server.interactions import Choice, Interaction, Modal
from tests.discord_server.kinds import Answer, Kind
from tests.discord_server.messages import Message, Version
from tests.discord_server.people import Person
from tests.discord_server.permissions import Permission
from tests.discord_server.redirection import redirect
from tests.discord_server.refusals import ClientRefuses, NotOffered, OptionRefused, Refusal
from tests.discord_server.requests import Request
from tests.discord_server.server import DiscordServer
from tests.discord_server.watching import StillWaiting

__all__ = [
    "Answer",
    "Attachment",
    "Channel",
    "Choice",
    "ClientRefuses",
    "DiscordServer",
    "Fault",
    "Guild",
    "Interaction",
    "Kind",
    "Message",
    "Modal",
    "NotOffered",
    "OptionRefused",
    "Permission",
    "Person",
    "Refusal",
    "Request",
    "Role",
    "StillWaiting",
    "Upload",
    "Version",
    "redirect",
]
