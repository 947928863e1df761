"""The colours of the drawing program: few, flat and far apart, so that a name can be read back from a picture."""

Colour = tuple[int, int, int]

INK: Colour = (46, 36, 52)
PAPER: Colour = (252, 252, 252)
SKIN: dict[str, Colour] = {"light": (255, 224, 198), "dark": (178, 122, 88)}

HAIR: dict[str, Colour] = {
    "black": (52, 48, 62),
    "brown": (126, 80, 48),
    "blonde": (246, 208, 88),
    "red": (206, 46, 42),
    "pink": (250, 150, 188),
    "purple": (140, 80, 196),
    "blue": (56, 104, 220),
    "green": (64, 164, 80),
    "white": (236, 236, 244),
}
EYES: dict[str, Colour] = {
    "blue": (64, 132, 240),
    "green": (60, 176, 84),
    "red": (226, 52, 56),
    "brown": (140, 86, 50),
    "purple": (156, 84, 214),
    "yellow": (246, 196, 48),
}
BACKGROUNDS: dict[str, Colour] = {
    "red": (228, 84, 84),
    "blue": (104, 160, 240),
    "green": (120, 204, 128),
    "yellow": (250, 224, 116),
    "purple": (172, 128, 222),
    "pink": (252, 188, 212),
    "white": (252, 252, 252),
    "grey": (164, 168, 174),
    "black": (40, 38, 46),
}
THINGS: dict[str, Colour] = {
    "red": (222, 52, 48),
    "orange": (246, 144, 44),
    "yellow": (250, 214, 60),
    "green": (60, 168, 76),
    "blue": (56, 112, 226),
    "purple": (146, 84, 204),
    "pink": (248, 136, 180),
}
CLOTHES: dict[str, Colour] = {
    "white": (248, 248, 250),
    "black": (64, 60, 72),
    "red": (216, 60, 56),
    "blue": (72, 120, 216),
    "green": (84, 172, 96),
    "yellow": (248, 212, 84),
}
FUR: dict[str, Colour] = {
    "black": (66, 62, 74),
    "white": (242, 240, 240),
    "orange": (244, 160, 72),
    "grey": (150, 152, 162),
}


def lighter(colour: Colour, share: float = 0.4) -> Colour:
    """The colour moved towards white by ``share`` (0 to 1)."""
    red, green, blue = (round(c + (255 - c) * share) for c in colour)
    return red, green, blue


def darker(colour: Colour, share: float = 0.25) -> Colour:
    """The colour moved towards black by ``share`` (0 to 1)."""
    red, green, blue = (round(c * (1 - share)) for c in colour)
    return red, green, blue
