"""What is said of presets."""

DEFAULT_NONE = "No preset holds by itself any more."
NONE_IN_USE = "no preset"
NOTHING_TO_KEEP = "Say what the preset shall hold: options such as size and steps, or from: my last picture."
NOTHING_TO_CHANGE = "Say at least one thing to change: an option, clear or rename."
NOTHING_LEFT = "A preset holds at least one thing; delete it if you no longer want it."
NO_SETTINGS = "You have not set anything yet, so there is nothing to keep; /settings set does."
NO_PICTURE = "There is no finished picture of yours to take it from; /imagine draws one."
ONLY_MODERATORS = "The server's presets are kept by its moderators."
SOMEBODY_ELSES = "That preset is somebody else's; only they can change it."
GONE = "That preset is no longer there."
RESERVED_NAME = "No preset can be called none, because that stands for no preset."
SERVERS_ALREADY = "That preset is the server's, so all its members have it already."
NOT_SHARED = "That preset is not shared."
NO_SUCH_CODE = "There is nothing behind that code; it may have been withdrawn, or misread."
FILE = "This preset is too long for a message, so here it is as a file."

HOW_TO_USE = "`/imagine` takes it with its option `preset`; `/preset use` lets it hold for all your pictures."

# Whose a preset is, above a list and in a line.
YOURS = "Your presets"
SERVERS = "This server's presets"
SHOWN = "Shown here by members"
EVERYBODYS = "Everybody has these"
OF_YOURS = "yours"
OF_SERVER = "this server's"
OF_MEMBER = "a member's, shown here"
OF_EVERYBODY = "everybody's"

# What those that everybody has are.
BUILT_IN = {
    "pure": "a negative of nine words, all but unsaid: weight 0.0001",
    "pure-0.105": "the nine words of pure at weight 0.105",
    "24x[": "the nine words of pure, each in 24 square brackets",
    "12x[": "the nine words of pure, each in 12 square brackets",
    "none": "no negative prompt at all",
}

# Marks behind a name.
IS_DEFAULT = "holds by itself"
IS_SHOWN = "shown here"

# Buttons.
BACK = "Back"
NEXT = "Next"


def saved(name: str, choices: str, *, for_server: bool) -> str:
    """Say that a preset is kept."""
    whose = "for this server" if for_server else "for you"
    return f"Kept {whose} as **{name}**: {choices}.\n-# {HOW_TO_USE}"


def changed(name: str, choices: str) -> str:
    """Say what a preset holds now."""
    return f"**{name}** now holds: {choices}."


def deleted(name: str, choices: str) -> str:
    """Say what is gone, so that it can be made anew."""
    return f"Deleted **{name}**, which held: {choices}."


def imported(name: str, choices: str) -> str:
    """Say that a copy is kept."""
    return f"You have a copy now, called **{name}**: {choices}."


def holds(name: str) -> str:
    """Say which preset holds by itself."""
    return f"the preset **{name}**, by `/preset use`"


def in_use(name: str, choices: str) -> str:
    """Say that a preset holds by itself from now on."""
    return (
        f"**{name}** holds for all your pictures from now on, where you name no other: {choices}.\n"
        "-# It goes over what you have with `/settings`. `/preset use` with `none` takes it back."
    )


def code(name: str, code: str) -> str:
    """Tell somebody the code of their preset."""
    return (
        f"Whoever has this code can copy **{name}** as it is now, with `/preset import`:\n`{code}`\n"
        "-# What you change later does not reach their copies. `with: nobody` withdraws the code."
    )


def shown(name: str) -> str:
    """Say that a preset is there for all members."""
    return f"All members of this server can use **{name}** now, and always as you keep it."


def withdrawn(name: str) -> str:
    """Say that a preset is shared no more."""
    return f"**{name}** is not shared any more; copies that others made stay theirs."


def built_in(name: str) -> str:
    """Say that a preset is everybody's."""
    return f"{name} comes with the bot, so nobody can change or share it."


def name_taken(name: str) -> str:
    """Say that there is a preset of that name."""
    return f"There is a preset called {name} already; choose another name, or change that one with /preset edit."


def shown_already(name: str) -> str:
    """Say that a server has a preset of that name."""
    return f"This server has a preset called {name} already; rename yours first."


def bad_name(longest: int) -> str:
    """Say what a name may be."""
    return f"A preset's name is one line of 1 to {longest} characters."


def too_many_presets(most: int) -> str:
    """Say how many presets there may be."""
    return f"There are {most} presets already, which is as many as this bot keeps; delete one first."


def too_many_codes(most: int) -> str:
    """Say how many codes there may be."""
    return f"There are {most} codes already, which is as many as this bot keeps; withdraw one first."


def page(number: int, pages: int) -> str:
    """Say which page this is."""
    return f"Page {number} of {pages}"
