"""The form in which a picture's settings are changed."""

TITLE = "Edit and draw again"
PROMPT = "Prompt"
NEGATIVE = "Negative prompt"
SIZE = "Size"
SIZE_HINT = "A width and a height such as 768x512, or one of the model's names"
SAMPLER = "Sampler"
NUMBERS = "Steps, CFG, seed"
NUMBERS_HINT = "64, 7.5, 42. CFG may be auto; a seed of -1 is drawn by lot."
TYPED_IS_KEPT = "What you typed is kept: press Edit to go on with it."


def too_long_to_edit(name: str) -> str:
    """Say why a text is not in the form."""
    return f"The {name} is longer than this form takes, so it stays as it is."


def not_three(typed: str) -> str:
    """Say how the line of numbers is written."""
    return f"Steps, CFG and seed are three values between commas, such as 64, 7.5, 42; {typed} is something else."
