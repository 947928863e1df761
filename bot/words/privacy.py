"""What is said of one's own data."""

README = """\
Everything that this bot keeps of you, a file a table, in JSON; a file with nothing but [] says that nothing is kept.

settings        your own defaults
presets         your presets; shown_presets says in which servers members use them, preset_codes under which codes
jobs            what you asked for: spec is the whole request, the rest where the answer went
pictures        the recipes of your pictures; the folder of that name holds the pictures themselves
favourites      the pictures that you keep as favourites
given           pictures that you gave to be drawn over, with the others in the folder of pictures
studies         scans and studies that you began; study_pictures what was measured of their pictures, study_labels what
                you said of pictures, in your studies and in others'
cases, strikes, blocks, appeals, reports    what moderators decided about you, and what you told them
purges          that your pictures are being taken down by a moderator, until they are
spent           how many pictures you asked for before you last had everything deleted; kept for a day
erasures        that you want everything deleted, until it is
"""
TOO_MUCH = "There is more kept of you than fits into a file here; please ask whoever runs this bot for it."
STILL_ON_THE_WAY = "A picture of yours is still on its way, so nothing was deleted; please try again in a minute."
NOT_YOURS = "Only the person who was asked can answer that."
KEPT = "Everything stays as it is."
DELETED = "Everything the bot kept of you is deleted."

# Buttons.
DELETE = "Delete everything"
KEEP = "Keep everything"

ASK = """\
This deletes all that the bot keeps of you, for good: your settings, your presets and their codes, what you asked for, \
its recipes and pictures, what you gave to be drawn over, your favourites, the studies that you began and what you \
said in others'. What is on its way is cancelled first.

It does not delete messages in Discord, a server's presets, backups made by whoever runs the bot, or what moderators \
decided (cases, strikes, blocks, their log), which is theirs to keep. For a day the bot remembers how many pictures \
you asked for, and nothing else of them.
-# `/privacy export` gives you a copy of everything first."""


def exported(held: int, pictures: int) -> str:
    """Hand out the file, and say which pictures are in it."""
    here = "Here is everything that the bot keeps of you"
    if held == pictures:
        return f"{here}."
    which = f"the newest {held} of your {pictures} pictures" if held else f"none of your {pictures} pictures"
    return f"{here}; with {which}, because a file may not be larger here."
