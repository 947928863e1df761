"""The comparison with diffusers' pipeline, on a processor with the tiny model: both sides draw the same picture."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from benchmarks import gpu
from generation.acceleration import Acceleration
from generation.diffusion.loading import Model
from generation.profiles import Profile


@pytest.fixture
def bench(model: Model, tiny_profile: Profile) -> gpu.Bench:
    return gpu.Bench(model, tiny_profile, steps=3, acceleration=Acceleration())


def test_both_sides_draw_the_same_picture(bench: gpu.Bench) -> None:
    spec = bench.spec((32, 32), 5)
    [looped], [piped] = bench.by_loop([spec]), bench.by_pipeline([spec])
    apart = np.asarray(Image.open(io.BytesIO(looped)), int) - np.asarray(piped, int)
    assert np.asarray(piped).std() > 1
    assert np.abs(apart).max() <= 2


def test_figures_of_every_kind(bench: gpu.Bench) -> None:
    found = gpu.measure(bench, [(32, 32), (48, 32)], in_flight=(1, 2), steps=3, repeats=1)
    assert set(found) == {"32x32", "48x32"}
    for of in found.values():
        assert all(each["pipeline"] > 0 and each["loop"] > 0 for each in of["seconds"].values())
        assert 0 < of["share of the peak"]["2"] < 1
        assert len(of["row counts that agree, plain and prepared"][0]) > 1
        assert all(plain > 0 for plain, _ in of["ms a row, plain and prepared"].values())
    assert "| 32x32 | 2 " in gpu.tables(found)[0]


def test_without_a_gpu_it_says_so() -> None:
    blind = "import torch; torch.cuda.is_available = lambda: False; from benchmarks import gpu; gpu.main()"
    ended = subprocess.run([sys.executable, "-c", blind], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "There is no GPU on this machine" in ended.stderr
