"""What is said of reports: to whoever reports a picture, and in its place once it is hidden."""

REPORT = "Report"

# The form.
TITLE = "Report this picture"
REASON = "What is wrong with it?"
REASON_HINT = "For the moderators; may be left empty"

# Answers to whoever reports.
TAKEN = "Thank you. Your report is noted; nobody is told that it was yours."
ALREADY = "You have reported this picture already; it counts once."
DECIDED = "Thank you. The moderators have looked at this picture already and decided on it."
HIDDEN_NOW = "The picture is hidden now, until a moderator decides on it."
YOURS = "This picture is yours; you can delete it."
NOT_POSTED = "Only pictures that stand in this server's channels can be reported."
HIDDEN_ALREADY = "That picture is hidden already."
NOT_MINE = "This is no picture that the bot has drawn; report it to the moderators or to Discord."

# In the picture's place.
HIDDEN = "This picture was reported, and is hidden until a moderator has looked at it."
REMOVED = "A moderator has removed this picture."
STAYS_HIDDEN = "This picture was reported, and stays hidden."
FILE_GONE = "A moderator has looked at this picture and found nothing wrong, but its file is not kept any more."


def reported_by(people: int, reasons: list[str]) -> str:
    """Tell moderators how many reported, and what they wrote, a line each; the texts are escaped already."""
    count = "Reported by 1 person" if people == 1 else f"Reported by {people} people"
    return "\n".join([f"{count}.", *(f"> {reason}" for reason in reasons)])
