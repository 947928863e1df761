"""Tags in the manner of picture boards, made by rule: what people there really type, without anybody's list.

Half are ordinary words put together as tags are (``blue_hair``, ``holding umbrella``, ``hat over one eye``), half are
such as no dictionary has: names in romanised Japanese, with a series in brackets behind some, and runs of both.
"""

import random
from collections.abc import Iterator

COLOURS = "aqua black blonde blue brown crimson dark green grey lavender light orange pale pink purple red silver white"
MATERIALS = "denim fur glass lace latex leather silk striped plaid polka_dot ribbed torn frilled floral see-through"
WORN = (
    "apron belt beret blazer blouse boots bow bracelet cape cardigan choker coat collar corset crown dress earrings "
    "gloves hairband hat headband hoodie jacket jewelry kimono mask necktie pantyhose ribbon robe sandals scarf shirt "
    "shorts skirt sleeves socks sweater uniform vest yukata"
)
BODY = "bangs braid eyebrows eyelashes eyes fingernails hair horns lips nails ponytail pupils skin tail wings"
THINGS = (
    "umbrella sword book lantern guitar microphone bouquet basket cup fan flag flute gun hammer knife letter pen phone "
    "shield staff teapot wand broom camera candle cigarette clipboard controller fishing_rod ice_cream lollipop scythe"
)
PLACES = (
    "alley balcony bamboo_forest beach bedroom bridge cafe castle cherry_blossoms city cliff classroom desert field "
    "forest garden hallway library mountain night_sky ocean rooftop ruins shrine snow sunset temple train_interior"
)
DEEDS = (
    "looking_at_viewer looking_back looking_down looking_to_the_side leaning_forward arms_up arm_behind_back standing "
    "sitting kneeling lying on_back crossed_legs hand_on_hip hands_in_pockets holding_hands running jumping flying "
    "sleeping reading singing dancing eating drinking waving pointing stretching crying laughing blushing smirking"
)
LIGHTS = "backlighting bokeh lens_flare rim_light depth_of_field chromatic_aberration dutch_angle from_above from_below"
_WORDS = {
    "colour": COLOURS.split(),
    "material": MATERIALS.split(),
    "worn": WORN.split(),
    "body": BODY.split(),
    "thing": THINGS.split(),
    "place": PLACES.split(),
    "deed": DEEDS.split(),
    "light": LIGHTS.split(),
    "who": ["1girl", "2girls", "3girls", "1boy", "2boys", "1other", "multiple_girls"],
    "how": ["removed", "lift", "around_neck", "over_shoulders", "pull", "in_mouth", "behind_back"],
}
_PATTERNS = (
    "<colour>_<body>",
    "<colour>-<colour>_gradient_<body>",
    "<material>_<worn>",
    "<colour>_<material>_<worn>",
    "<worn>_<how>",
    "holding_<thing>",
    "<thing>_on_<worn>",
    "<place>, <light>",
    "<deed>, <colour>_<worn>",
    "<who>, <deed>",
    "<who>, <colour>_<body>, <place>",
)
_SYLLABLES = (
    "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo "
    "ra ri ru re ro wa ga gi gu ge go za ji zu ze zo da de do ba bi bu be bo kya kyo sha sho cha cho ryu"
)


def tags(count: int, chance: random.Random) -> Iterator[str]:
    """Make so many different tags."""
    made: set[str] = set()
    while len(made) < count:
        tag = _ordinary(chance) if len(made) % 2 else _name(chance)
        if tag not in made:
            made.add(tag)
            yield tag


def _ordinary(chance: random.Random) -> str:
    tag = chance.choice(_PATTERNS)
    for name, words in _WORDS.items():
        while f"<{name}>" in tag:
            tag = tag.replace(f"<{name}>", chance.choice(words), 1)
    return tag if chance.random() < 0.5 else tag.replace("_", " ")


def _name(chance: random.Random) -> str:
    def one() -> str:
        return "".join(chance.choices(_SYLLABLES.split(), k=chance.randint(2, 5)))

    name = f"{one()} {one()}"
    return f"{name} ({one()})" if chance.random() < 0.3 else name
