"""The slash commands: they read options, hand over, and answer; the work is done elsewhere."""

from bot.commands.config import config
from bot.commands.filter import filter_group
from bot.commands.help import help_command
from bot.commands.imagine import imagine
from bot.commands.preset import preset
from bot.commands.privacy import privacy
from bot.commands.queue import queue
from bot.commands.quota import quota
from bot.commands.scan import scan
from bot.commands.settings import settings
from bot.commands.study import study

COMMANDS = (imagine, queue, preset, scan, study, quota, settings, privacy, config, filter_group, help_command)

__all__ = ["COMMANDS"]
