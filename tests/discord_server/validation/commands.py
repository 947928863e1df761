"""What Discord accepts as the definition of a command (interactions/application-commands)."""

from __future__ import annotations

import unicodedata
from typing import Any

from tests.discord_server.kinds import CommandKind, OptionKind
from tests.discord_server.validation.form import Form

LIMITS = {CommandKind.CHAT_INPUT: 100, CommandKind.PERSON: 5, CommandKind.MESSAGE: 5}
# fmt: off
LOCALES = frozenset((
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
))
# fmt: on
_NESTS = (OptionKind.SUBCOMMAND, OptionKind.GROUP)
_VALUES = tuple(kind for kind in OptionKind if kind not in _NESTS)
_TYPED = (OptionKind.STRING, OptionKind.INTEGER, OptionKind.NUMBER)
_LARGEST = 2**53
_CHARACTERS = 8000  # of names, descriptions and values in one command


def check_commands(form: Form, commands: list[dict[str, Any]]) -> None:
    """Note what is wrong with a whole set of commands, as it is synced."""
    for kind, most in LIMITS.items():
        if sum(command.get("type", CommandKind.CHAT_INPUT) == kind for command in commands) > most:
            form.wrong("APPLICATION_COMMANDS_MAX", f"Maximum number of application commands reached ({most}).")
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        check_command(form[index], command)
        key = command.get("type", CommandKind.CHAT_INPUT), command.get("name", "")
        if key in seen:
            form[index, "name"].wrong("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add(key)


def check_command(form: Form, command: dict[str, Any]) -> None:
    """Note what is wrong with one command."""
    kind = command.get("type", CommandKind.CHAT_INPUT)
    if not form["type"].one_of(kind, tuple(LIMITS)):
        return
    if kind == CommandKind.CHAT_INPUT:
        _check_names(form, command)
        _check_options(form["options"], command.get("options") or [], tuple(OptionKind))
    else:
        form["name"].text(command.get("name"), 1, 32, required=True)
        if command.get("description"):
            form["description"].wrong(
                "APPLICATION_COMMAND_INVALID_DESCRIPTION", "Context menu commands cannot have description"
            )
        if command.get("options"):
            form["options"].wrong("APPLICATION_COMMAND_INVALID_OPTIONS", "Context menu commands cannot have options")
    if _characters(command) > _CHARACTERS:
        form.wrong("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_CHARACTERS})")


def _check_names(form: Form, named: dict[str, Any]) -> None:
    _check_name(form["name"], named.get("name"))
    form["description"].text(named.get("description"), 1, 100, required=True)
    for locale, name in (named.get("name_localizations") or {}).items():
        _check_locale(form["name_localizations", locale], locale)
        _check_name(form["name_localizations", locale], name)
    for locale, description in (named.get("description_localizations") or {}).items():
        _check_locale(form["description_localizations", locale], locale)
        form["description_localizations", locale].text(description, 1, 100)


def _check_name(form: Form, name: Any) -> None:
    if not form.text(name, 1, 32, required=True):
        return
    if name != name.lower() or not all(letter in "-_'" or _is_word(letter) for letter in name):
        form.wrong("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _is_word(letter: str) -> bool:
    if unicodedata.category(letter)[0] in "LN":
        return True
    return unicodedata.name(letter, "").startswith(("DEVANAGARI", "THAI"))


def _check_locale(form: Form, locale: str) -> None:
    if locale not in LOCALES:
        form.wrong("ENUM_TYPE_COERCE", f'Value "{locale}" is not a valid enum value.')


def _check_options(form: Form, options: list[dict[str, Any]], allowed: tuple[int, ...]) -> None:
    form.length(options, 0, 25)
    names: set[str] = set()
    optional_seen = False
    kinds = {option.get("type") in _NESTS for option in options}
    if len(kinds) > 1:
        form.wrong(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        )
    for index, option in enumerate(options):
        place = form[index]
        _check_names(place, option)
        if option.get("name") in names:
            place["name"].wrong("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")
        names.add(option.get("name", ""))
        if not place["type"].one_of(option.get("type"), allowed):
            continue
        if option["type"] in _NESTS:
            inner = _VALUES if option["type"] == OptionKind.SUBCOMMAND else (OptionKind.SUBCOMMAND,)
            _check_options(place["options"], option.get("options") or [], inner)
            continue
        if option.get("required") and optional_seen:
            place.wrong(
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen |= not option.get("required")
        _check_value_option(place, option)


def _check_value_option(form: Form, option: dict[str, Any]) -> None:
    kind, choices = option["type"], option.get("choices") or []
    form["choices"].length(choices, 0, 25)
    if choices and kind not in _TYPED:
        form["choices"].wrong("APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This option type cannot have choices")
    if choices and option.get("autocomplete"):
        form["choices"].wrong(
            "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "Choices and autocomplete are mutually exclusive"
        )
    if option.get("autocomplete") and kind not in _TYPED:
        form["autocomplete"].wrong("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", "This option type cannot autocomplete")
    form["min_length"].number(option.get("min_length"), 0, 6000)
    form["max_length"].number(option.get("max_length"), 1, 6000)
    for bound in ("min_value", "max_value"):
        form[bound].number(option.get(bound), -_LARGEST, _LARGEST)
        if kind == OptionKind.INTEGER and isinstance(option.get(bound), float):
            form[bound].wrong("INTEGER_TYPE_COERCE", "Value is not an integer.")
    seen: set[str] = set()
    for index, choice in enumerate(choices):
        _check_choice(form["choices", index], choice, kind)
        if choice.get("name") in seen:
            form["choices", index, "name"].wrong(
                "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Choice names must be unique"
            )
        seen.add(choice.get("name", ""))


def _check_choice(form: Form, choice: dict[str, Any], kind: int) -> None:
    form["name"].text(choice.get("name"), 1, 100, required=True)
    for locale, name in (choice.get("name_localizations") or {}).items():
        _check_locale(form["name_localizations", locale], locale)
        form["name_localizations", locale].text(name, 1, 100)
    if kind == OptionKind.STRING:
        form["value"].text(choice.get("value"), 1, 100, required=True)
    else:
        form["value"].number(choice.get("value"), -_LARGEST, _LARGEST)


def check_choices(form: Form, choices: list[dict[str, Any]], kind: int) -> None:
    """Note what is wrong with an answer to an autocompletion of an option of this kind."""
    form.length(choices, 0, 25)
    for index, choice in enumerate(choices):
        _check_choice(form[index], choice, kind)


def _characters(part: dict[str, Any]) -> int:
    own = [part.get("name"), part.get("description"), part.get("value")]
    inner = [*(part.get("options") or []), *(part.get("choices") or [])]
    return sum(len(text) for text in own if isinstance(text, str)) + sum(map(_characters, inner))
