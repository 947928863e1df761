"""What commands are called and said to do in other languages, as :mod:`bot.words.languages` has it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as At

from bot.words import languages

FOLDER = Path(str(languages.__file__)).parent

_OF_COMMAND = {At.command_name: "name", At.group_name: "name"} | {
    At.command_description: "description",
    At.group_description: "description",
}


class Translator(app_commands.Translator):
    """Answers for all languages there are files of."""

    def __init__(self, languages: Mapping[discord.Locale, Mapping[str, Any]]) -> None:
        self._languages = languages

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Self:
        """Read the files of ``folder``; raise ValueError for one that is called like no language of Discord's."""
        files = sorted(folder.glob("*.toml"))
        return cls({discord.Locale(file.stem): tomllib.loads(file.read_text(encoding="utf-8")) for file in files})

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return what ``string`` is in a language; None leaves it as it is."""
        commands = self._languages.get(locale)
        return None if commands is None else _found(commands, context)


def _found(commands: Mapping[str, Any], context: app_commands.TranslationContextTypes) -> str | None:
    data = context.data
    if isinstance(data, app_commands.Choice):
        return None
    if not isinstance(data, app_commands.Parameter):
        return commands.get(data.qualified_name, {}).get(_OF_COMMAND.get(context.location))
    if context.location is not At.parameter_description:
        return None
    return commands.get(data.command.qualified_name, {}).get("options", {}).get(data.display_name)
