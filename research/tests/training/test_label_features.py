"""Features of a frozen trunk: made once for all trainings, and drawn so that rare classes come."""

import numpy as np
import pytest
import torch
from torch import nn

from foveate_research.datasets.labels import LabelledPicture
from foveate_research.models.classes import general_classes
from foveate_research.training.labels import features as features_module
from foveate_research.training.labels.features import (
    CROPPING,
    SEED,
    SIDE,
    FeatureBatches,
    features_folder,
    kept_features,
    rarity,
)
from foveate_research.training.labels.mixing import draw


class Shades(nn.Module):
    """A trunk that sees the mean colour of every 64 x 64 pixels."""

    def seen(self, pixels):
        return nn.functional.avg_pool2d(pixels / 255, 64)


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)

    def group(*labels):
        return [
            LabelledPicture(
                f"p{index}", rng.integers(0, 256, (60, 80, 3), dtype=np.uint8), tuple(each)
            )
            for index, each in enumerate(labels)
        ]

    return {"voc": group(["person"], ["person"], ["boat"], ["dog"]), "msrc21": group(["grass"])}


@pytest.fixture(scope="module")
def kept(pictures, tmp_path_factory):
    return kept_features(Shades(), pictures, tmp_path_factory.mktemp("features"))


def test_several_crops_of_every_picture_are_kept_as_the_trunk_sees_them(kept, pictures):
    assert kept["voc"].shape == (1, 4, 3, 4, 4)
    assert kept["msrc21"].shape == (2, 1, 3, 4, 4)
    rng = np.random.default_rng((SEED, 1, 0))
    crop = draw(pictures["msrc21"][0].pixels, SIDE, SIDE, rng, cropping=CROPPING)
    expected = Shades().seen(torch.tensor(crop).permute(2, 0, 1)[None].float())[0]
    np.testing.assert_allclose(kept["msrc21"][1, 0], expected.numpy(), atol=1e-3)
    assert not np.array_equal(kept["msrc21"][0, 0], kept["msrc21"][1, 0])


def test_two_trainings_may_make_the_same_features_at_once(pictures, tmp_path):
    """One that ends first puts its file there; the other, which began before, replaces it."""

    class Slow(Shades):
        seen_before = 0

        def seen(self, pixels):
            self.seen_before += 1
            if self.seen_before == 2:  # its own file is begun
                kept_features(Shades(), {"voc": pictures["voc"]}, tmp_path)
            return super().seen(pixels)

    def by_hand(trunk):
        return lambda pixels: trunk.seen(torch.tensor(pixels).permute(2, 0, 1)[None].float())[
            0
        ].numpy()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(features_module, "looking", by_hand)
        found = kept_features(Slow(), {"voc": pictures["voc"]}, tmp_path)
    assert found["voc"].shape == (1, 4, 3, 4, 4)
    assert [path.name for path in tmp_path.iterdir()] == ["voc.npy"]


def test_features_are_made_once(pictures, tmp_path):
    first = kept_features(Shades(), pictures, tmp_path)
    trunk_that_is_never_asked = nn.Identity()
    second = kept_features(trunk_that_is_never_asked, pictures, tmp_path)
    assert np.array_equal(first["voc"], second["voc"])


def test_a_trunk_learns_alike_whether_its_features_were_kept_or_made_now(pictures, tmp_path):
    for _ in range(2):
        trunk = Shades()
        kept_features(trunk, pictures, tmp_path)
        assert trunk.training


def test_other_facts_have_another_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FOVEATE_FEATURES", str(tmp_path))
    first, second = (features_folder({"side": side}) for side in (256, 288))
    assert first.parent == second.parent == tmp_path
    assert first != second
    assert first == features_folder({"side": 256})


def test_a_batch_is_of_learnt_pictures_alone_with_what_their_labels_say(kept, pictures):
    classes = general_classes()
    stream = FeatureBatches(
        kept,
        pictures,
        classes,
        left_out=lambda name, index: name == "voc" and index < 2,
        progress=lambda number: 0.0,
        seed=0,
        counts={"voc": 40, "msrc21": 1},
    )
    batch = next(iter(stream))
    assert batch.features.shape == (41, 3, 4, 4)
    present = {name: batch.present[:, index] for index, name in enumerate(classes.classes)}
    assert present["person"].sum() == 0
    assert present["boat"].sum() > 0
    assert present["mammal"].sum() > 0
    assert present["grass"].tolist() == [0.0] * 40 + [1.0]


def test_pictures_of_rare_classes_are_drawn_more_often():
    present = np.zeros((10, 2), np.float32)
    present[:9, 0] = present[9, 1] = 1
    weights = rarity(present)
    assert weights.sum() == pytest.approx(1)
    assert weights[9] / weights[0] == pytest.approx(3)
