"""Measuring on sets with masks, whole and spoilt."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from foveate.errors import DatasetError
from foveate.models import own
from foveate.models.registry import get_model
from foveate.saliency import saliency_map
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.maps.masks import METRICS, measure_masks
from foveate_research.maps.measuring import (
    Scores,
    difference,
    map_for,
    maps_of_model,
    maps_on_disk,
    resized,
)
from foveate_research.maps.robustness import (
    SPOILINGS,
    Spoiling,
    drawn_quality,
    drawn_sigma,
    measure_robustness,
    noisy,
    through_jpeg,
)
from foveate_research.metrics.masks import (
    cut_to_levels,
    f_of,
    object_pixels,
    rates_at_levels,
    rounded_to_levels,
    stretched,
)


def pictures(count=5, height=24, width=32):
    rng = np.random.default_rng(7)
    for index in range(count):
        mask = np.zeros((height, width), dtype=np.uint8)
        y, x = int(rng.integers(0, height - 10)), int(rng.integers(0, width - 10))
        mask[y : y + 10, x : x + 10] = 255
        pixels = rng.integers(0, 120, (height, width, 3), dtype=np.uint8)
        pixels[mask > 0] += 100
        yield AttentionPicture(f"p{index}", pixels, mask=mask)


def brightness(pixels):
    return (pixels.mean(axis=2) / 255).astype(np.float32)


def nothing(pixels):
    return np.zeros(pixels.shape[:2])


def test_all_sources_are_measured_in_one_pass():
    drawn = pictures()  # a generator: a second pass would be empty
    found = measure_masks(drawn, {"bright": brightness, "none": nothing})
    assert found["bright"].keys == ["p0", "p1", "p2", "p3", "p4"]
    estimates = {name: scores.estimates() for name, scores in found.items()}
    assert list(estimates["bright"]) == list(METRICS)
    highest = {name: found["max_f_of_mean_curve"].mean for name, found in estimates.items()}
    assert highest["bright"] > 0.8 > highest["none"]
    assert estimates["bright"]["mae"].low <= estimates["bright"]["mae"].mean


def test_both_kinds_of_maximum_f_are_what_they_say():
    found = measure_masks(pictures(), {"bright": brightness})["bright"]

    def rates(levels):
        of_pictures = [
            rates_at_levels(levels(stretched(brightness(p.pixels))), object_pixels(p.mask))
            for p in pictures()
        ]
        return [np.array(each) for each in zip(*of_pictures, strict=True)]

    precisions, recalls = rates(cut_to_levels)
    rounded = [each.mean(axis=0) for each in rates(rounded_to_levels)]
    estimates = found.estimates()
    highest = f_of(precisions, recalls).mean(axis=0).max()
    assert estimates["max_f_of_mean_curve"].mean == pytest.approx(highest, abs=1e-5)
    highest = f_of(*rounded).max()
    assert estimates["max_f_of_mean_rates"].mean == pytest.approx(highest, abs=1e-5)
    precision, recall = found.precision_recall()
    assert precision == pytest.approx(precisions.mean(axis=0), abs=1e-6)
    assert recall[-1] == 1


def test_brief_measuring_keeps_to_f_and_mae():
    found = measure_masks(pictures(), {"bright": brightness}, brief=True)["bright"]
    assert list(found.estimates()) == [
        "max_f_of_mean_curve",
        "max_f_of_mean_rates",
        "mean_f",
        "adaptive_f",
        "mae",
    ]


def test_maps_of_another_size_are_brought_to_the_masks():
    whole = measure_masks(pictures(), {"bright": brightness})["bright"]
    halved = measure_masks(pictures(), {"bright": lambda p: resized(brightness(p), 12, 16)})
    assert halved["bright"].estimates()["mae"].mean == pytest.approx(
        whole.estimates()["mae"].mean, abs=0.1
    )


def test_a_set_without_masks_or_pictures_is_refused():
    bare = [AttentionPicture("p", np.zeros((4, 4, 3), dtype=np.uint8))]
    with pytest.raises(DatasetError, match="p has no mask"):
        measure_masks(bare, {"bright": brightness})
    with pytest.raises(DatasetError, match="no pictures"):
        measure_masks([], {"bright": brightness})


# Maps made elsewhere


def test_maps_on_disk_are_found_by_the_pictures_stem(tmp_path):
    grey = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32) % 256
    Image.fromarray(grey.astype(np.uint8)).save(tmp_path / "p0.map.png")
    source = maps_on_disk(tmp_path)
    pixels = np.zeros((24, 32, 3), dtype=np.uint8)
    values = map_for(source, "p0", pixels, height=24, width=32)
    assert values == pytest.approx(grey / 255, abs=1e-6)


def test_a_missing_map_is_named(tmp_path):
    Image.fromarray(np.zeros((4, 4), dtype=np.uint8)).save(tmp_path / "p0.png")
    with pytest.raises(DatasetError, match="holds no map for p1: looked for p1"):
        measure_masks(pictures(), {"theirs": maps_on_disk(tmp_path)})


def test_a_model_is_measured_by_what_it_says_however_unsure(monkeypatch):
    entry = get_model("spectral-residual")
    unsure = replace(entry, draw=lambda pixels: replace(entry.draw(pixels), confidence=0.0))
    others = [each for each in own.ENTRIES if each is not entry]
    monkeypatch.setattr(own, "ENTRIES", (*others, unsure))
    picture = next(pictures())
    values = maps_of_model("spectral-residual")(picture.pixels)
    assert np.ptp(values) > 0.5
    assert np.ptp(saliency_map(picture.pixels, model="spectral-residual").values) == 0


# Scores


def test_a_metric_that_a_picture_lacks_is_left_out_of_its_mean():
    scores = Scores()
    scores.add("a", {"nss": 1.0})
    scores.add("b", {"nss": 3.0, "cc": 0.5})
    scores.add("c", {"cc": 0.7})
    estimates = scores.estimates()
    assert estimates["nss"].mean == pytest.approx(2)
    assert estimates["cc"].mean == pytest.approx(0.6)


def test_differences_pair_pictures_by_their_keys():
    first, second = Scores(), Scores()
    for key, number in (("a", 1.0), ("b", 2.0), ("c", 9.0)):
        first.add(key, {"nss": number})
    for key, number in (("b", 1.5), ("a", 0.5)):
        second.add(key, {"nss": number})
    found = difference(first, second, "nss")
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)


# Spoilt pictures


def test_what_a_picture_gets_depends_on_its_name_and_the_seed_alone():
    pixels = np.full((32, 32, 3), 128, dtype=np.uint8)
    for way in (Spoiling("noise"), Spoiling("jpeg"), Spoiling("noise", 20.0)):
        spoilt = way.spoilt(pixels + np.arange(32, dtype=np.uint8)[:, None], "a")
        again = way.spoilt(pixels + np.arange(32, dtype=np.uint8)[:, None], "a")
        assert np.array_equal(spoilt, again)
    assert not np.array_equal(noisy(pixels, 20, "a"), noisy(pixels, 20, "b"))
    assert not np.array_equal(noisy(pixels, 20, "a"), noisy(pixels, 20, "a", seed=1))


def test_noise_has_the_stated_deviation():
    pixels = np.full((200, 200, 3), 128, dtype=np.uint8)
    assert noisy(pixels, 20, "a").std() == pytest.approx(20, rel=0.02)
    assert noisy(pixels, 20, "a").mean() == pytest.approx(128, abs=0.3)


def test_drawn_levels_are_spread_evenly_over_their_ranges():
    keys = [f"picture {number}" for number in range(4000)]
    sigmas = [drawn_sigma(key) for key in keys]
    qualities = [drawn_quality(key) for key in keys]
    assert np.quantile(sigmas, [0, 0.5, 1]) == pytest.approx([0, 25, 50], abs=1)
    assert (min(qualities), max(qualities)) == (5, 50)
    assert np.mean(qualities) == pytest.approx(27.5, abs=0.7)


def test_jpeg_of_a_lower_quality_is_farther_from_the_picture():
    pixels = next(iter(pictures())).pixels
    errors = [np.abs(through_jpeg(pixels, q).astype(int) - pixels).mean() for q in (5, 20, 50)]
    assert errors == sorted(errors, reverse=True)


def test_every_model_sees_the_same_spoilt_pictures():
    seen = {"first": [], "second": []}

    def watching(name):
        def source(pixels):
            seen[name].append(pixels.copy())
            return brightness(pixels)

        return source

    found = measure_robustness(
        pictures(2),
        {name: watching(name) for name in seen},
        spoilings=[Spoiling("none"), Spoiling("noise"), Spoiling("jpeg", 10)],
    )
    assert list(found) == ["none", "noise 0-50", "jpeg 10"]
    for first, second in zip(seen["first"], seen["second"], strict=True):
        assert np.array_equal(first, second)
    assert found["none"]["first"].estimates() == found["none"]["second"].estimates()


def test_the_levels_are_those_of_the_paper():
    assert [way.name for way in SPOILINGS] == [
        "none",
        "noise 0-50",
        *(f"noise {sigma}" for sigma in (10, 20, 30, 40, 50)),
        "jpeg 5-50",
        *(f"jpeg {quality}" for quality in (5, 10, 20, 30, 40, 50)),
    ]


def test_differences_of_maxima_resample_the_same_pictures_of_both():
    def dimmed(pixels):
        return brightness(pixels) ** 2

    found = measure_masks(pictures(9), {"bright": brightness, "dim": dimmed})
    less = found["bright"].less(found["dim"])
    assert list(less) == list(METRICS)
    curves = [np.array(found[name].curves["f"], dtype=np.float64) for name in ("bright", "dim")]
    drawn = np.random.default_rng(0).multinomial(9, np.full(9, 1 / 9), size=1000)
    ours, theirs = ((drawn @ of / 9).max(axis=1) for of in curves)
    told = less["max_f_of_mean_curve"]
    whole = curves[0].mean(axis=0).max() - curves[1].mean(axis=0).max()
    assert told.mean == pytest.approx(whole, abs=1e-6)
    assert (told.low, told.high) == pytest.approx(
        np.quantile(ours - theirs, [0.025, 0.975]), abs=1e-6
    )
    assert less["mae"] == difference(found["bright"], found["dim"], "mae")


def test_a_source_differs_from_itself_by_nothing():
    found = measure_masks(pictures(), {"bright": brightness})["bright"]
    for told in found.less(found).values():
        assert (told.mean, told.low, told.high) == (0, 0, 0)
