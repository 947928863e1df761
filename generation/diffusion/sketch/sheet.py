"""A contact sheet: sixty-four pictures of sixteen prompts, four seeds each, none picked."""

from collections.abc import Callable, Sequence

import torch
from PIL import Image
from torch import Tensor

from generation.diffusion.sketch.easel import Easel, plain_spec
from generation.presets import pure_negative

PROMPTS = (
    "1girl, red hair, blue eyes, smile, white background",
    "1girl, blonde hair, twintails, night",
    "1boy, blue hair, glasses, green background",
    "1girl, pink hair, long hair, hat, field",
    "1girl, purple hair, cat ears, open mouth, yellow background",
    "1boy, black hair, crown, beach",
    "a girl with green hair and brown eyes, smiling, in the snow",
    "1girl, white hair, dark skin, blush, pink background",
    "2girls, red hair, blue hair, grey background",
    "1girl, 1boy, field",
    "orange cat, green eyes, blue background",
    "red car, beach",
    "yellow star, night",
    "purple flower, white background",
    "blue house, snow",
    "",
)
EACH = 4
_ENLARGED = 2
_GAP = 2


def draw_sheet(
    easel: Easel,
    *,
    guidance_scale: float,
    steps: int = 64,
    prompts: Sequence[str] = PROMPTS,
    report: Callable[[int], None] | None = None,
) -> Image.Image:
    """Draw the sheet, two prompts a row, with the pure negative prompt; ``report`` hears how many pictures are done."""
    settings = {"steps": steps, "guidance_scale": guidance_scale, "negative_prompt": pure_negative(1e-4)}
    specs = [plain_spec(prompt, seed, **settings) for prompt in prompts for seed in range(1, EACH + 1)]
    return lay_out(easel.draw(specs, report), columns=2 * EACH)


def lay_out(pixels: Tensor, *, columns: int) -> Image.Image:
    """Lay pixels (n, 3, height, width) in -1 to 1 out in a grid, at twice their size."""
    height, width = (_ENLARGED * side + _GAP for side in pixels.shape[-2:])
    sheet = Image.new("RGB", (columns * width - _GAP, -(-len(pixels) // columns) * height - _GAP), (96, 96, 100))
    for place, picture in enumerate(((pixels + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()):
        image = Image.fromarray(picture).resize((width - _GAP, height - _GAP), Image.Resampling.NEAREST)
        sheet.paste(image, (place % columns * width, place // columns * height))
    return sheet
