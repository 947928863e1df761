"""The commands: they read options, hand over, and answer; the work is done elsewhere."""

from bot.commands.appeal import appeal
from bot.commands.config import config
from bot.commands.filter import filter_group
from bot.commands.help import help_command
from bot.commands.history import history
from bot.commands.imagine import imagine
from bot.commands.messages import delete, recipe, remix, report, save_as_preset
from bot.commands.mod import mod
from bot.commands.preset import preset
from bot.commands.privacy import privacy
from bot.commands.queue import queue
from bot.commands.quota import quota
from bot.commands.scan import scan
from bot.commands.settings import settings
from bot.commands.study import study

#: Those typed, and those in the menu of a message, of which Discord takes five.
COMMANDS = (
    *(imagine, queue, history, preset, scan, study, quota, settings, privacy, appeal),
    *(config, filter_group, mod, help_command),
    *(recipe, remix, save_as_preset, report, delete),
)

__all__ = ["COMMANDS"]
