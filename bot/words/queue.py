"""What ``/queue`` says."""

NOTHING_OF_YOURS = "Nothing of yours is waiting or being drawn."
NOTHING_AT_ALL = "Nothing is waiting or being drawn."
YOURS = "**Your pictures on the way**"
EVERYBODYS = "**Everybody's pictures on the way**"
PRIVATE = "*a private picture*"
KEPT_TRUE = "This list keeps itself up to date for a few minutes."
FOR_MODERATORS = "Only moderators see everybody's; leave the option out for your own."


def more(number: int) -> str:
    """Say how many are not in the list."""
    return "One more is on the way." if number == 1 else f"{number} more are on the way."


def of(owner: int) -> str:
    """Say whose picture it is."""
    return f"<@{owner}>"
