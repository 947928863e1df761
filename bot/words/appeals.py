"""What is said of appeals. Upheld: the person was right, and the decision was a false alarm."""

from bot import words

# Buttons and the form.
APPEAL = "Appeal"
UPHOLD = "Uphold the appeal"
DISMISS = "Dismiss it"
FORM = "Appeal against a decision"
WHY = "Why was it wrong?"
WHY_HINT = "The moderators of this server read this, with your name."

# To whoever appeals.
LODGED = "Your appeal is with the moderators of this server. /appeal shows what became of it."
ALREADY = "This case has had its appeal; there is one for a case."
NOBODY = "There is nobody to appeal to yet: this server has set up no channel for its moderators."
NOT_YOURS = "Only the person whom this case is about can appeal against it."
NO_APPEAL = "There is nothing to appeal against: this case is not a decision against you that stands."

HOW = "/appeal with a case's number asks the moderators to look at it again."

# To moderators.
OPEN, UPHELD, DISMISSED = "An appeal", "Appeal upheld", "Appeal dismissed"
WHAT_IT_MEANS = "Upheld means that the person is right: the case is overturned, its strike and its block end."
OWN = "Somebody else has to decide on your own appeal."
NO_SUCH = "There is no such appeal in this server."


def too_many(most: int) -> str:
    """Say how many appeals there are in a day."""
    return f"You have made {words.counted(most, 'appeal')} within 24 hours, which is the most; try again tomorrow."


def heading(said: str, case_id: int) -> str:
    """Name what an appeal is against."""
    return f"**{said} · case {case_id}**"


def upheld_by(reviewer: int | None) -> str:
    """Say who upheld an appeal."""
    return f"{UPHELD} by <@{reviewer}>." if reviewer is not None else f"{UPHELD}."


def dismissed_by(reviewer: int | None) -> str:
    """Say who dismissed an appeal."""
    return f"{DISMISSED} by <@{reviewer}>." if reviewer is not None else f"{DISMISSED}."


def too_late(said: str) -> str:
    """Tell a moderator that somebody was quicker."""
    return f"That is decided already. {said}"


def let_through(entry: str) -> str:
    """Tell moderators how to keep an entry from hitting again."""
    return f"The list still holds {entry}. /filter add list:allow makes room in it, /filter remove takes it off."


def told_upheld(case_id: int) -> str:
    """Tell somebody that they were right."""
    return (
        f"Your appeal was upheld: the decision in case {case_id} was wrong. If it brought you a strike or a block, "
        "that is over. A picture that was rejected can be asked for again."
    )


def told_dismissed(case_id: int) -> str:
    """Tell somebody that a decision stands."""
    return f"Your appeal was dismissed: the decision in case {case_id} stands."
