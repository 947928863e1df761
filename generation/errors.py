"""Everything that can go wrong while a picture is made, as one small tree.

NinewordsError
├── RequestError            one request cannot go on; everybody else's does
│   ├── InvalidChoice       a value that cannot be: a size of 100x100, a weight of zero, a sampler nobody knows
│   ├── DrawingFailed       the picture could not be finished: no memory for it, a latent that is not a number
│   ├── GateFailed          the picture could not be checked; it is held, never taken for clean
│   ├── Cancelled           its owner, or a moderator, took it back
│   └── UnreadableRecipe    a picture without a recipe, or with one that cannot be read
└── ProcessError            the drawing process cannot go on; its jobs return to the queue
    ├── ModelUnavailable    no such file, not this architecture, not enough memory
    └── DrawerDied          the drawing process ended when nobody asked it to

``str(error)`` is one plain sentence that says what is wrong and what to do.
"""


class NinewordsError(Exception):
    """The root: catch it where a sentence can reach a person."""


class RequestError(NinewordsError):
    """Concerns one request only."""


class InvalidChoice(RequestError):
    """A choice that no picture can be drawn from.

    ``field`` is the name of the choice, as in :class:`generation.spec.PromptSpec`.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.field, str(self))


class DrawingFailed(RequestError):
    """The picture was begun and could not be finished."""


class GateFailed(RequestError):
    """The picture could not be checked: hold it."""


class Cancelled(RequestError):
    """Taken back before it was finished."""


class UnreadableRecipe(RequestError):
    """No recipe, or one that cannot be read."""


class ProcessError(NinewordsError):
    """Concerns the drawing process as a whole."""


class ModelUnavailable(ProcessError):
    """The model cannot be loaded."""


class DrawerDied(ProcessError):
    """The drawing process ended when nobody asked it to."""
