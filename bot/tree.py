"""Where commands arrive: whatever they raise is worded in one place, and what cannot be read harms nobody else.

Discord's library takes an interaction apart before anybody here sees it. One that is not as it should be would end the
client, and with it the gateway's session and what others send meanwhile; here it costs that one interaction.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands

from bot import words
from bot.answering import apologise
from bot.errors import Refused

if TYPE_CHECKING:
    from bot.client import Client

_log = structlog.get_logger(__name__)


class Unreadable(app_commands.AppCommandError):
    """What a command was given is not as Discord describes it."""


class CommandTree(app_commands.CommandTree["Client"]):
    """The tree, with one place where whatever a command raises is worded."""

    async def on_error(
        self, interaction: discord.Interaction["Client"], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer a command that raised."""
        await apologise(interaction, _cause(error))

    async def _call(self, interaction: discord.Interaction["Client"]) -> None:
        """Call the command; what the library raises of its own while it reads the options is an error like others.

        Every line of the log that the command leads to names the interaction.
        """
        structlog.contextvars.bind_contextvars(interaction=interaction.id)
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever a payload makes the library raise)
            await self.on_error(interaction, Unreadable(type(error).__name__))


def tolerant(read: Callable[[Any], None]) -> Callable[[Any], None]:
    """``read``, the library's reader of an event, which then logs what it cannot read in place of ending the client."""

    def reading(payload: Any) -> None:
        try:
            payload = _written(payload)
            int((payload.get("member") or payload)["user"]["id"])  # the library takes one that nobody sent
            read(payload)
        except Exception:  # noqa: BLE001  (whatever a payload makes the library raise)
            _log.warning("an interaction could not be read", exc_info=True)

    return reading


def _written(payload: Any) -> Any:
    """The payload, with a question mark for each half of a character: they can be written down nowhere."""
    text = json.dumps(payload, ensure_ascii=False)
    whole = text.encode(errors="replace")
    return payload if whole.decode() == text else json.loads(whole)


def _cause(error: app_commands.AppCommandError) -> BaseException:
    """What went wrong, without the library's wrapping."""
    match error:
        case app_commands.CommandInvokeError():
            return error.original
        case app_commands.NoPrivateMessage():
            return Refused(words.ONLY_IN_SERVERS)
        case (
            app_commands.TransformerError()
            | app_commands.CommandSignatureMismatch()
            | app_commands.CommandNotFound()  # its name cannot be read, or it is another version's
            | Unreadable()
        ):
            return Refused(words.BAD_OPTION)
    return error
