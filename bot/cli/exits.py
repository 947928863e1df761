"""What the command line ends with: one sentence on the error stream, and a number that says which kind it was."""

from enum import IntEnum

from generation.errors import (
    Cancelled,
    DrawerDied,
    DrawingFailed,
    InvalidChoice,
    ModelUnavailable,
    NinewordsError,
    UnreadableRecipe,
)


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    MODEL = 4
    DRAWING = 5
    RECIPE = 6
    DATABASE = 7
    DAMAGED = 8
    TOKEN = 9
    INTERRUPTED = 130


#: For ``--help``: what each number means.
MEANINGS = {
    Exit.DONE: "done",
    Exit.UNEXPECTED: "something unexpected, or a finding of doctor's",
    Exit.USAGE: "an option, a choice or a value of the configuration that cannot be",
    Exit.REFUSED: "not allowed here",
    Exit.MODEL: "the model cannot be loaded",
    Exit.DRAWING: "the picture could not be finished",
    Exit.RECIPE: "no recipe that can be read",
    Exit.DATABASE: "the database cannot be used",
    Exit.DAMAGED: "the program is incomplete: install it again",
    Exit.TOKEN: "Discord does not know the token",
    Exit.INTERRUPTED: "interrupted",
}


class CommandFailed(NinewordsError):
    """Ends the command with its sentence and ``code``."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def exit_code(error: Exception) -> Exit:
    """Return the number for a failure that has been foreseen; UNEXPECTED for any other."""
    match error:
        case CommandFailed(code=code):
            return code
        case InvalidChoice():
            return Exit.USAGE
        case ModelUnavailable():
            return Exit.MODEL
        case DrawingFailed() | DrawerDied() | Cancelled():
            return Exit.DRAWING
        case UnreadableRecipe():
            return Exit.RECIPE
    return _rarer(error)


def _rarer(error: Exception) -> Exit:
    # Imported here: they bring the database and Discord along, which most commands do without.
    from bot.configuration import WrongConfiguration
    from bot.errors import Refused, TokenRefused
    from bot.moderation.floor import FloorDamaged
    from storage.errors import StorageError

    match error:
        case WrongConfiguration():
            return Exit.USAGE
        case Refused():
            return Exit.REFUSED
        case StorageError():
            return Exit.DATABASE
        case FloorDamaged():
            return Exit.DAMAGED
        case TokenRefused():
            return Exit.TOKEN
    return Exit.UNEXPECTED
