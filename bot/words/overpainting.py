"""What is said of a picture that somebody gives to be drawn over."""

NO_PICTURE = "Only PNG, JPEG and WebP pictures can be drawn over."
NEEDS_IMAGE = "How far a picture is drawn over needs one: give it as image."
SOURCE_GONE = "The picture that this one is drawn over is not kept any more; give it again with /imagine."
NOT_CHECKED = "Your picture could not be checked just now, so it is not drawn over; please try again later."
NOT_HERE = "Your picture looks like what may not be shown in this channel, so it is not drawn over."
LOOKED_AT = "Moderators look at every picture here first, and one that you give cannot wait for them."


def file_too_large(mebibytes: int) -> str:
    """Say how large a file may be."""
    return f"The file is larger than {mebibytes} MiB; send a smaller picture."


def too_many_pixels(side: int) -> str:
    """Say how long a side may be, in pixels."""
    return f"No side of the picture may be longer than {side} pixels; send a smaller one."
