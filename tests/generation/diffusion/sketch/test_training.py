"""Training: a run that was stopped goes on to the very state it would have reached, alone or with a second worker."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from generation.diffusion.sketch.autoencoder import build_autoencoder, decode, encode_mean, train_autoencoder, whiten
from generation.diffusion.sketch.course import Course
from generation.diffusion.sketch.dataset import draw_batch
from generation.diffusion.sketch.latents import Library, gather_library
from generation.diffusion.sketch.lessons import EVERYTHING, FURTHER, MOUTHS
from generation.diffusion.sketch.model import FOLDER, build_scheduler, load_tokenizer
from generation.diffusion.sketch.training import Trainer, diffuse, learning_rate
from generation.diffusion.sketch.vocabulary import Vocabulary, encode_text, last_norm


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("library") / "library.pt"
    return gather_library(file, build_autoencoder(), count=100, seed=1)


def weights(trainer: Trainer) -> torch.Tensor:
    networks = (trainer.networks, trainer.average)
    return torch.cat([parameter.detach().reshape(-1) for both in networks for parameter in both.parameters()])


def test_a_stopped_run_goes_on_to_the_same_state(library: Library, tmp_path: Path) -> None:
    through = Trainer(library, tmp_path / "through.pt", steps=4, batch=4)
    through.run()
    Trainer(library, tmp_path / "stopped.pt", steps=4, batch=4).run(until=2)
    resumed = Trainer(library, tmp_path / "stopped.pt", steps=4, batch=4)

    assert resumed.step == 2
    resumed.run()
    assert torch.equal(weights(through), weights(resumed))


def test_training_lowers_the_loss(library: Library, tmp_path: Path) -> None:
    losses: list[float] = []
    Trainer(library, tmp_path / "state.pt", steps=100, batch=8).run(
        until=40, report=lambda _, loss: losses.append(loss)
    )

    assert np.mean(losses[-6:]) < np.mean(losses[:6])


def test_a_trained_model_is_trained_further(library: Library, tmp_path: Path) -> None:
    new = Trainer(library, tmp_path / "new.pt", steps=4, batch=8)
    further = Trainer(library, tmp_path / "further.pt", steps=4, batch=8, lesson=FURTHER, start=FOLDER)
    heard: dict[Trainer, list[float]] = {new: [], further: []}
    for trainer, losses in heard.items():
        trainer.run(report=lambda _, loss, losses=losses: losses.append(loss))

    assert np.mean(heard[further]) < np.mean(heard[new])
    unet = UNet2DConditionModel.from_pretrained(FOLDER / "unet", torch_dtype=torch.float32)
    moved = [torch.dist(a, b) for a, b in zip(unet.parameters(), further.networks.unet.parameters(), strict=True)]
    assert 0 < max(moved) < 1, "it begins where the model ended"


def test_the_library_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    vae, file = build_autoencoder(), tmp_path / "library.pt"
    first, again = (gather_library(file, vae, count=60, seed=1) for _ in range(2))

    assert first.keys() == again.keys()
    assert all(torch.equal(first[size].latents, again[size].latents) for size in first)
    assert all(first[size].scenes == again[size].scenes for size in first)


def test_a_stopped_autoencoder_goes_on_to_the_same_state(tmp_path: Path) -> None:
    through = train_autoencoder(tmp_path / "through.pt", steps=3)
    train_autoencoder(tmp_path / "stopped.pt", steps=3, until=2)
    resumed = train_autoencoder(tmp_path / "stopped.pt", steps=3)

    assert all(torch.equal(a, b) for a, b in zip(through.parameters(), resumed.parameters(), strict=True))


def test_whitened_latents_have_unit_variance_and_decode_to_the_same() -> None:
    torch.manual_seed(1)
    network = build_autoencoder()
    pixels = draw_batch(np.random.default_rng(1), 32, (64, 64)).pixels
    with torch.no_grad():
        before = decode(network, encode_mean(network, pixels))
        whiten(network, count=256)
        latents = encode_mean(network, pixels)
        after = decode(network, latents)
    scaled = (latents * network.config["scaling_factor"]).permute(1, 0, 2, 3).reshape(4, -1)

    torch.testing.assert_close(before, after, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(torch.cov(scaled), torch.eye(4), atol=0.2, rtol=0)


def test_the_rate_goes_up_stays_and_falls() -> None:
    rates = [learning_rate(step, 4000) for step in range(4000)]

    assert rates[0] < 0.01
    assert rates[300] == rates[2000] == 1
    assert rates[-1] == pytest.approx(0.01)


def test_timesteps_are_spread_evenly() -> None:
    timesteps = EVERYTHING.spread_timesteps(np.random.default_rng(0), 10)

    assert sorted(timesteps.tolist()) == sorted(int(t) for t in timesteps)
    assert sorted(t // 100 for t in timesteps.tolist()) == list(range(10))


def test_v_gives_back_the_latents() -> None:
    alphas = build_scheduler().alphas_cumprod
    latents, noise = torch.randn(3, 4, 8, 8), torch.randn(3, 4, 8, 8)
    timesteps = torch.tensor([0, 500, 979])
    noisy, v = diffuse(latents, noise, timesteps, alphas)
    alpha, sigma = (root.sqrt()[:, None, None, None] for root in (alphas[timesteps], 1 - alphas[timesteps]))

    torch.testing.assert_close(alpha * noisy - sigma * v, latents, atol=1e-4, rtol=1e-3)


def test_the_last_timesteps_show_nothing_of_the_picture() -> None:
    noise = torch.randn(1, 4, 8, 8)
    noisy, _ = diffuse(torch.ones(1, 4, 8, 8), noise, torch.tensor([999]), build_scheduler().alphas_cumprod)

    assert torch.equal(noisy, noise)


def test_a_lesson_about_mouths_shows_mouths_and_names_them(library: Library) -> None:
    scenes, latents, weight = MOUTHS.pick(library, 1, 0, 16)
    rng = np.random.default_rng(0)
    said = [MOUTHS.caption(scene, rng) for _ in range(20) for scene in scenes]
    named = [any(word in text for word in ("mouth", "smil", "happy", "frown", "sad")) for text in said]

    assert latents.shape == (16, 4, 16, 16)
    assert all(len(scene.subjects) == 1 and scene.flaw is None for scene in scenes)
    assert (weight == 30).sum(dim=(1, 2, 3)).tolist() == [8] * 16, "a mouth covers eight latents"
    assert sorted(weight[weight < 30].unique().tolist()) == pytest.approx([0.3, 0.9])
    assert 0.5 < np.mean(named) < 0.8
    assert all(250 <= timestep < 950 for timestep in MOUTHS.spread_timesteps(rng, 50).tolist())


class TestVocabulary:
    """The small table stands for the full one."""

    vocabulary = Vocabulary(load_tokenizer())

    def test_the_full_table_encodes_as_the_small_one_does(self) -> None:
        torch.manual_seed(0)
        small = self.vocabulary.build_text_encoder().eval()
        texts = ["1girl, red hair", "a blue car at night", ""]
        tokens = load_tokenizer()(texts, padding="max_length", max_length=77, return_tensors="pt")
        rows = self.vocabulary.rows(texts, _Never())  # pyright: ignore[reportArgumentType]  (asked for one number)
        with torch.no_grad():
            by_small = encode_text(small, rows, 2)
            by_full = encode_text(self.vocabulary.expand(small).eval(), tokens.input_ids, 2)

        torch.testing.assert_close(by_small, by_full)

    def test_the_full_table_is_the_small_one_again(self) -> None:
        small = self.vocabulary.build_text_encoder()
        again = self.vocabulary.contract(self.vocabulary.expand(small))

        assert all(torch.equal(a, b) for a, b in zip(small.parameters(), again.parameters(), strict=True))

    def test_unknown_words_share_a_row(self) -> None:
        rows = self.vocabulary.rows(["zebra", "quokka"], _Never())  # pyright: ignore[reportArgumentType]  (as above)

        assert rows[0, 1] == rows[1, 1] == 0

    def test_the_mean_of_the_conditioning_is_far_from_zero(self) -> None:
        assert float(last_norm(self.vocabulary.build_text_encoder()).bias.detach().mean()) == 0.5


class _Never:
    """Random numbers that never sprinkle an unknown word."""

    def random(self) -> float:
        return 1.0


@pytest.mark.slow
def test_two_workers_train_a_model_that_can_be_loaded(tmp_path: Path) -> None:
    from generation.diffusion.sketch.easel import Easel, plain_spec

    course = Course(
        state=tmp_path / "state",
        output=tmp_path / "model",
        workers=2,
        autoencoder_steps=2,
        pictures=100,
        steps=2,
        mouth_steps=2,
        further_steps=2,
        grader_pictures=128,
    )
    stages: set[str] = set()
    course.run(lambda stage, done, total, loss: stages.add(stage))

    assert stages == {"autoencoder", "pictures", "networks", "mouths", "everything again", "grader"}
    assert Easel(tmp_path / "model").draw([plain_spec("1girl", 1, steps=2)]).shape == (1, 3, 64, 64)
