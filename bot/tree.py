"""Where commands arrive: whatever they raise is worded in one place, and what cannot be read harms nobody else.

Discord's library takes an interaction apart before anybody here sees it. One that is not as it should be would end the
client, and with it the gateway's session and what others send meanwhile; here it costs that one interaction.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands

from bot import words
from bot.answering import apologise
from bot.errors import Refused

if TYPE_CHECKING:
    from bot.client import Client

_KINDS: Mapping[int, tuple[type, ...]] = {
    discord.AppCommandOptionType.string.value: (str,),
    discord.AppCommandOptionType.integer.value: (int,),
    discord.AppCommandOptionType.boolean.value: (bool,),
    discord.AppCommandOptionType.number.value: (int, float),
}

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
            if interaction.type is discord.InteractionType.application_command:  # what is being typed may be anything
                _check_options((interaction.data or {}).get("options", ()))
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
            _check_frame(payload)
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


def _check_frame(payload: Any) -> None:
    """Raise TypeError where what an answer needs is of a kind that it never is; the library takes it as it comes."""
    for key, kind in (("token", str), ("attachment_size_limit", int)):
        if type(payload[key]) is not kind:
            raise TypeError(f"{key} is {type(payload[key]).__name__}")


def _check_options(options: Sequence[Any]) -> None:
    """Raise Unreadable where an option's value is not of its kind; the library hands it on as it comes."""
    for option in options:
        kinds = _KINDS.get(option["type"])
        if kinds is not None and type(option["value"]) not in kinds:
            raise Unreadable(f"{option['name']} is {type(option['value']).__name__}")
        _check_options(option.get("options", ()))


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
