"""What is said of review: to whoever waits for a picture, and to the moderators who look at it."""

from datetime import datetime

# Buttons of a card.
APPROVE = "Approve"
REJECT = "Reject"
REJECT_AND_BLOCK = "Reject and block, 7 days"
RESTORE = "Show it again"
REMOVE = "Remove"
REMOVE_AND_BLOCK = "Remove and block, 7 days"

# To whoever waits.
WAITS = "The picture is finished. It comes here once a moderator has let it through, within 24 hours or not at all."
HELD = {
    "review": f"In this server a moderator looks at every picture first. {WAITS}",
    "suggestive": f"The picture check takes this picture for suggestive, so a moderator looks at it first. {WAITS}",
    "unchecked": f"This picture could not be checked, so a moderator looks at it first. {WAITS}",
    "likeness": f"This picture looks like one that was rejected here, so a moderator looks at it first. {WAITS}",
}
REJECTED = {
    "review": "A moderator looked at your picture and did not let it through.",
    "suggestive": "The picture check took your picture for suggestive, and a moderator did not let it through.",
    "unchecked": "Your picture could not be checked, and the moderator who looked at it did not let it through.",
    "likeness": "Your picture looks like one that was rejected here, and a moderator did not let it through.",
}
EXPIRED = "No moderator looked at your picture within 24 hours, so it is not shown. You can ask for it again."
NO_CARD = (
    "A moderator has to look at this picture first, but the bot cannot post it in the moderators' channel, so it is "
    "not shown. Those who manage the server can choose another channel with `/config review`."
)
LET_THROUGH = "A moderator let this picture through; it is further down in this channel."
TOLD_BELOW = "What became of this picture is said further down in this channel."
TOO_LATE_FOR_PRIVATE = (
    "Your picture is finished, but by now it could only come as a direct message, and such pictures are not sent there."
)
NOT_SHOWN = "That picture is not shown."
MAY_NOT_POST = "The bot may not post in this channel any more, so the picture does not come."
NEEDS = "The bot may not post here: it needs View Channel, Send Messages and Attach Files in this channel."

# To moderators.
NO_CASE = "There is no such case in this server."
TITLE = {"held": "A picture waits for a moderator", "reported": "A picture was reported, and is hidden"}
WHY = {
    "review": "Every picture is looked at here before it is shown.",
    "suggestive": "The picture check takes it for suggestive.",
    "unchecked": "The picture check could not look at it.",
    "likeness": "It looks like a picture that was rejected here.",
    "report": "Members reported it.",
}
UNTIL = {
    "held": "Nobody else sees it until one of you decides. It is never posted after",
    "reported": "Nobody sees it in its channel until one of you decides. It stays hidden after",
}
NO_SCORES = "no scores"
GONE = "Its files are not kept any more."
OUTCOME = {
    ("held", "approved"): "Approved",
    ("held", "rejected"): "Rejected",
    ("held", "expired"): "Nobody decided in time, so it is never posted.",
    ("held", "overturned"): "Rejected, and the appeal was upheld.",
    ("reported", "approved"): "Shown again",
    ("reported", "rejected"): "Removed",
    ("reported", "expired"): "Nobody decided in time, so it stays hidden.",
    ("reported", "overturned"): "Removed, and the appeal was upheld.",
}
WITHDRAWN = "It was taken back before anybody decided, so it is never posted."
TAKEN_BACK = "Its person has taken it back meanwhile, so it is not posted."


def case_line(case_id: int) -> str:
    """Name a case, in a small line."""
    return f"Case {case_id}"


def whose(person: int | None, channel: int, *, private: bool) -> str:
    """Say whose picture it is and where it goes."""
    who = "somebody whose data was deleted" if person is None else f"<@{person}>"
    return f"By {who}, in <#{channel}>" + (", for them alone" if private else "")


def scores(explicit: float, suggestive: float) -> str:
    """Say what the picture check found, from 0 to 1."""
    return f"explicit {explicit:.2f} · suggestive {suggestive:.2f}"


def until(kind: str, moment: datetime) -> str:
    """Say until when somebody has to decide."""
    return f"{UNTIL[kind]} <t:{int(moment.timestamp())}:f>."


def outcome(kind: str, state: str, reviewer: int | None) -> str:
    """Say what was decided, and who did."""
    said = OUTCOME[kind, state]
    return said if reviewer is None or said.endswith(".") else f"{said} by <@{reviewer}>."


def too_late(kind: str, state: str, reviewer: int | None) -> str:
    """Tell a moderator that somebody was quicker, or nobody quick enough."""
    return f"That is decided already. {outcome(kind, state, reviewer)}"


def block_reason(case_id: int) -> str:
    """Say to somebody why they are blocked."""
    return f"for a picture (case {case_id})"


def rejected(rule: str, *, blocked: bool) -> str:
    """Tell somebody that a moderator rejected their picture, and what follows."""
    said = REJECTED.get(rule, REJECTED["review"])
    return f"{said} You cannot use the bot in this server for 7 days." if blocked else said
