"""``ninewords run``: the bot; or, where there is no token yet, a first picture and how to get one."""

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.cli.speaking import aside

if TYPE_CHECKING:
    from bot.configuration import Configuration

HELP = (
    "Start the bot.\n\n"
    "It needs a token: DISCORD_TOKEN, in the environment or in a file called .env. Without one this command draws a "
    "picture with the sketch model and says how to get one."
)

_FIRST_PROMPT = "1girl, blue hair, smile"
_NEXT = """\
1. Make an application at https://discord.com/developers/applications, add a bot to it, and copy the bot's token.
2. Put the token into a file called .env in this folder, as DISCORD_TOKEN=…; it is never printed or logged.
3. Invite the bot with https://discord.com/oauth2/authorize?client_id=APPLICATION_ID&scope=bot+applications.commands\
&permissions=117760, the id being on the application's page, and run this again."""


def run() -> None:
    """Run the bot until it is told to stop."""
    # Imported here, so that --help need not wait for them.
    from bot.configuration import read_configuration

    configuration = read_configuration()
    if not configuration.discord_token:
        return _draw_first_picture(configuration)
    _check_token(configuration.discord_token)

    from bot import application, logs

    logs.configure(level=configuration.log_level)
    asyncio.run(application.run(configuration))


def _check_token(token: str) -> None:
    from bot.cli.checks.account import application_id
    from bot.cli.exits import CommandFailed, Exit

    if application_id(token) is None:
        raise CommandFailed(
            Exit.TOKEN, "DISCORD_TOKEN does not look like a bot's token; `ninewords doctor` says where to find it."
        )


def _draw_first_picture(configuration: "Configuration") -> None:
    from bot.cli import files
    from bot.cli.drawing import draw_order
    from bot.cli.order import Wishes, place_order
    from generation.profiles import load_profiles

    typer.echo("There is no Discord token yet. Here is a picture meanwhile:")
    wishes = Wishes(choices={"prompt": _FIRST_PROMPT}, profile="sketch", hints=False)
    order = place_order(wishes, configuration, load_profiles())
    configuration.data_folder.mkdir(parents=True, exist_ok=True)
    places = files.targets(order.spec, configuration.data_folder, overwrite=False)
    files.write([picture.png for picture in draw_order(order, aside())], places, overwrite=False)
    typer.echo(f"{places[0].resolve()}\n\nTo have pictures in Discord:\n{_NEXT}")
