"""The names of our own fields in a recipe."""

PROGRAM = "ninewords"

CFG_RULE = "CFG rule"  # "area": the CFG scale follows the picture's area; "given": somebody chose it
PRESET_WEIGHT = "Preset weight"  # of the nine words, where the preset wrote the negative prompt
DRAWING_MODE = "Drawing mode"  # "reproducible" or "fast": whether company could show in the last bits
COUNT = "Count"  # how many pictures were asked for together, the seeds counting up
SOURCE = "Source"  # the digest of the picture that was drawn over
SECOND_STRENGTH = "Hires denoising strength"  # where the web UI's one field for both passes is taken by the first

REGIONS = "Regions"  # prompts for parts of the picture, beside the prompt

#: How far the spread that guidance adds is taken back, as the web UI's extension for it writes it, and its other names.
CFG_RESCALE = "CFG Rescale"
CFG_RESCALE_ELSEWHERE = ("CFG Rescale φ", "CFG Rescale phi", "CFG rescale")

#: The prompts once more, always quoted, where their own place would lose something.
EXACT_PROMPT = "Exact prompt"
EXACT_NEGATIVE = "Exact negative prompt"
ALWAYS_QUOTED = frozenset({EXACT_PROMPT, EXACT_NEGATIVE, REGIONS})
