"""Commands speak the languages there are files of: through the real client, as Discord is told of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.application import Bot
from bot.commands import COMMANDS
from bot.translation import FOLDER, Translator
from tests.bot.stage import Stage

Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


def all_of(commands: Any) -> Iterator[tuple[str, Command]]:
    for command in commands:
        yield command.qualified_name, command
        if isinstance(command, app_commands.Group):
            yield from all_of(command.commands)


BY_NAME = dict(all_of(COMMANDS))


@pytest.mark.asyncio(loop_scope="module")
async def test_discord_is_told_of_german(stage: Stage, bot: Bot) -> None:
    told = {(each["type"], each["name"]): each for each in stage.server.commands.of(stage.guild.id)}
    imagine = told[1, "imagine"]
    assert imagine["description_localizations"] == {
        "de": "Zeichnet ein Bild; alles darf fehlen, auch der Prompt",
    }
    steps = next(option for option in imagine["options"] if option["name"] == "steps")
    assert steps["description_localizations"]["de"].startswith("In wie vielen Schritten")
    assert not steps.get("name_localizations"), "options keep their names"
    export = next(option for option in told[1, "privacy"]["options"] if option["name"] == "export")
    assert export["description_localizations"]["de"].endswith("als Datei")
    assert told[3, "Remix"]["name_localizations"] == {"de": "Neu mischen"}
    assert not told[1, "preset"].get("description_localizations"), "what has no German stays English"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_a_language_names_only_what_there_is_and_each_command_whole(file: Path) -> None:
    translator = Translator.read(FOLDER)
    language = translator._languages[discord.Locale(file.stem)]
    assert not language.keys() - BY_NAME.keys()
    for name, texts in language.items():
        command = BY_NAME[name]
        assert not texts.keys() - {"name", "description", "options"}
        if isinstance(command, app_commands.ContextMenu):
            assert 1 <= len(texts["name"]) <= 32
            continue
        assert 1 <= len(texts["description"]) <= 100, name
        options = {each.display_name for each in getattr(command, "parameters", ())}
        assert texts.get("options", {}).keys() == options, name
        assert all(1 <= len(text) <= 100 for text in texts.get("options", {}).values()), name


def test_a_file_that_is_called_like_no_language_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deutsch.toml").write_text('[help]\ndescription = "Hilfe"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="deutsch"):
        Translator.read(tmp_path)
