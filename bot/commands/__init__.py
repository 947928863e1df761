"""The slash commands: they read options, hand over, and answer; the work is done elsewhere."""

from bot.commands.help import help_command
from bot.commands.imagine import imagine
from bot.commands.preset import preset
from bot.commands.settings import settings

COMMANDS = (imagine, preset, settings, help_command)

__all__ = ["COMMANDS"]
