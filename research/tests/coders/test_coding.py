"""Scenes through coders: numbers, tables, curves, figures and their records."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image

from coded_scenes import a_scene, pixels_of, write_scenes
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.errors import OptionError
from foveate.metrics.quality import luma, psnr_hvs_m, psnr_s
from foveate_research.coders.achieved_quality import ACHIEVED, achieved_qualities
from foveate_research.coders.categories import figure5
from foveate_research.coders.codecs import decoded
from foveate_research.coders.coding import (
    LABELS,
    CodedScene,
    Plan,
    code_scenes,
    scene_numbers,
    scores_at,
)
from foveate_research.coders.coding_summary import rows_of, unequal
from foveate_research.coders.rate_distortion import bd_rates, bench_codecs, incomplete
from foveate_research.coders.same_place import place_numbers, reproduce_same_place
from foveate_research.coders.scenes import scene_files, size_ladder
from foveate_research.coders.size_ladder import figure4
from foveate_research.coders.study import Study
from foveate_research.coders.table1 import METRICS, reproduce_table1
from foveate_research.maps.measuring import Scores
from foveate_research.records import record_text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_scenes(tmp_path_factory.mktemp("set"))


@pytest.fixture
def study(folder):
    files = scene_files(folder / "images", fixations=[folder / "fixations"], masks=folder / "masks")
    return Study(folder / "images", files, model="centre", codecs=["foveate", "mozjpeg"])


def in_json(record):
    return json.loads(record_text(record))


def test_regions_are_measured_where_the_scene_has_them():
    looked, mask = np.zeros((96, 128)), np.zeros((96, 128), bool)
    looked[40:50, 30:60] = 1
    mask[:48] = True
    scene = a_scene(density=looked, mask=mask)
    data = plain_jpeg(scene.pixels, 40)
    copy = decoded(data)
    found = scene_numbers(scene, data)
    squared = (luma(scene.pixels) - luma(copy)) ** 2

    def psnr(where):
        return 10 * math.log10(255**2 / squared[where].mean())

    assert found["psnr_fix"] == pytest.approx(psnr(looked > 0))
    assert found["psnr_mask"] == pytest.approx(psnr(mask))
    assert found["psnr_s"] == psnr_s(scene.pixels, copy, scene.saliency.values, data_range=255)
    assert found["psnr_hvs_m_fix"] == psnr_hvs_m(
        scene.pixels, copy, data_range=255, weights=looked > 0
    )
    assert set(found) == set(LABELS)
    without = scene_numbers(a_scene(), data)
    regions = {"psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix", "butteraugli_fix", "psnr_mask"}
    assert set(LABELS) - set(without) == regions


def test_only_what_is_named_is_measured():
    scene = a_scene()
    found = scene_numbers(scene, plain_jpeg(scene.pixels, 40), names=("psnr_y", "psnr_cb_s"))
    assert list(found) == ["psnr_y", "psnr_cb_s"]


def test_a_size_that_cannot_be_reached_leaves_no_numbers_and_is_told():
    scores = {"pillow": Scores(), "webp": Scores()}
    scores["pillow"].add("a", {"bytes_ratio": 1.0, "psnr_y": 30.0})
    scores["webp"].add("a", {})
    assert unequal(scores) == ["WebP, method 6: 1 of 1 sizes could not be reached"]
    assert rows_of(scores, ["psnr_y"], against=("pillow",))["webp"] == {}


def test_files_off_by_more_than_1_per_cent_are_counted():
    scores = {"avif": Scores()}
    for key, ratio in (("a", 0.98), ("b", 0.995), ("c", 1.01)):
        scores["avif"].add(key, {"bytes_ratio": ratio})
    (note,) = unequal(scores, scores)
    assert note.startswith("AVIF, speed 6: 2 of 6 files are more than 1 %")


def test_a_copy_without_error_has_no_finite_psnr_and_is_left_out_of_means(tmp_path):
    Image.new("RGB", (64, 48), (120, 120, 120)).save(tmp_path / "flat.png")
    Image.fromarray(pixels_of()).save(tmp_path / "photo.png")
    plan = Plan(("pillow",), {50: partial(scene_numbers, names=("psnr_y",))}, "none")
    scores = scores_at(code_scenes(scene_files(tmp_path), plan), 50)["pillow"]
    flat, photo = scores.numbers["psnr_y"]
    assert math.isnan(flat)
    assert rows_of({"pillow": scores}, ["psnr_y"])["pillow"]["psnr_y"]["mean"] == pytest.approx(
        photo, abs=1e-4
    )


def test_workers_find_the_same(folder):
    plan = Plan(("pillow", "foveate"), {50: partial(scene_numbers, names=("psnr_y",))}, "centre")
    files = scene_files(folder / "images")
    alone, together = (code_scenes(files, plan, workers=workers) for workers in (1, 2))
    for one, other in zip(alone, together, strict=True):
        for codec in plan.codecs:
            for name in ("bytes", "psnr_y"):
                assert one.numbers[50][codec][name] == other.numbers[50][codec][name]


def test_plain_jpeg_has_its_own_quality_everywhere():
    scene = a_scene()
    for quality in (35, 50, 80):
        found = achieved_qualities(scene, decoded(plain_jpeg(scene.pixels, quality)))
        assert list(found) == list(ACHIEVED)
        assert list(found.values()) == pytest.approx([quality] * 3, abs=0.5)


def test_a_mosaics_final_file_shows_where_its_quality_went():
    scene = a_scene()
    coarse, fine = (decoded(plain_jpeg(scene.pixels, quality)) for quality in (30, 70))
    mixed = np.where(scene.salient[..., None], fine, coarse)
    found = achieved_qualities(scene, mixed)
    assert found["quality_salient"] == pytest.approx(70, abs=0.5)
    assert found["quality_other"] == pytest.approx(30, abs=0.5)


def test_table_1_has_printed_rows_ours_at_equal_bytes_and_differences(study):
    record = in_json(reproduce_table1(study))
    assert len(record["printed"]) == 3
    assert record["printed"]["Kodak PhotoCD, 24 images"]["Our model"]["psnr_s"] == 39.16
    assert list(record["metrics"]) == [*METRICS, "psnr_fix", "psnr_mask"]
    assert list(record["rows"]) == ["pillow", "foveate", "mozjpeg"]
    ours = record["rows"]["foveate"]
    assert 0.98 < ours["bytes_ratio"]["mean"] <= 1
    low, high = ours["psnr_y"]["minus_pillow"]["interval_95"]
    assert low <= ours["psnr_y"]["minus_pillow"]["mean"] <= high
    assert len(record["per_picture"]["foveate"]["psnr_fix"]) == record["count"] == 2
    for field in ("command", "commit", "date", "machine", "versions", "set", "sha256"):
        assert record[field]


def test_the_printed_protocol_takes_neither_fixations_nor_masks(study, folder):
    with pytest.raises(OptionError, match="neither fixations nor masks"):
        reproduce_table1(study, protocol="printed")
    alone = Study(study.images, scene_files(study.images), model="centre", codecs=["pillow"])
    record = reproduce_table1(alone, protocol="printed")
    fair = reproduce_table1(alone)
    psnrs = [each["rows"]["pillow"]["psnr_y"]["mean"] for each in (record, fair)]
    assert psnrs[0] - psnrs[1] == pytest.approx(1.3, abs=0.15)
    with pytest.raises(OptionError, match="fair, printed"):
        reproduce_table1(alone, protocol="nonesuch")


def test_figure_4_has_a_value_a_size(folder):
    files = size_ladder(folder / "images" / "0.png", 3)
    record, figure = figure4(Study(folder, files, model="centre", codecs=["foveate"]))
    lines = in_json(record)["above_plain_jpeg"]["foveate"]
    assert len(lines["psnr_hvs"]) == len(record["sides"]) == 3
    assert [len(axis.lines) for axis in figure.axes] == [1, 1]


def test_figure_5_has_an_interval_a_category(tmp_path):
    for category in ("Action", "Pattern"):
        (tmp_path / category).mkdir()
        for seed in range(2):
            Image.fromarray(pixels_of(seed=seed)).save(tmp_path / category / f"{seed}.png")
    files = scene_files(tmp_path, categories=())
    record, figure = figure5(Study(tmp_path, files, model="centre", codecs=["foveate"]))
    told = in_json(record)
    assert list(told["categories"]) == ["Action", "Pattern"]
    low, high = told["categories"]["Action"]["foveate"]["psnr_hvs"]["minus_pillow"]["interval_95"]
    assert low <= high
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["Action", "Pattern"]


def test_the_original_itself_draws_the_eye_to_the_same_place():
    points = np.array([[40, 48], [44, 50]])
    scene = a_scene(points=points)
    same = io.BytesIO()
    Image.fromarray(scene.pixels).save(same, "PNG")
    found = place_numbers(scene, same.getvalue(), models=["spectral-residual"])
    assert found["cc spectral-residual"] == pytest.approx(1)
    assert found["nss_change spectral-residual"] == 0
    assert "cc_viewers spectral-residual" not in found


def test_same_place_compares_copies_quality_by_quality(study):
    record = in_json(reproduce_same_place(study, qualities=[30], models=["spectral-residual"]))
    rows = record["qualities"]["30"]["rows"]
    assert set(rows["foveate"]["cc spectral-residual"]) == {"mean", "interval_95", "minus_pillow"}
    assert list(record["metrics"]) == [
        f"{kind} spectral-residual" for kind in ("cc", "nss", "nss_change", "cc_viewers")
    ]


def test_curves_give_bd_rates_against_mozjpeg_and_tables_of_all_metrics(study):
    record, figure = bench_codecs(study, qualities=(40, 50, 90))
    told = in_json(record)
    rates = told["bd_rate_per_cent"]
    assert set(rates) == {"pillow", "foveate"}
    assert rates["foveate"]["psnr_fix"]["mean"] < 0
    assert rates["foveate"]["psnr_fix"]["scenes"] == 2
    best = told["best_rival"]
    assert best["rivals"] == ["mozjpeg"]
    means = [of["foveate"]["ssimulacra2"]["mean"] for of in (rates, best["bd_rate_per_cent"])]
    assert means[0] == pytest.approx(means[1], abs=0.01)
    assert set(best["worse_per_cent"]) == {"foveate"}
    assert any(note.startswith("best rival: ") for note in told["notes"])
    table = told["equal_bytes"]["50"]
    assert set(LABELS) <= set(table["foveate"])
    assert {"minus_pillow", "minus_mozjpeg"} <= set(table["foveate"]["ssim"])
    assert [len(values) for values in told["curves"]["foveate"].values()] == [3] * 13
    assert {"gmsd", "ms_ssim", "butteraugli"} <= set(rates["foveate"])
    assert "ssim" not in told["per_picture"]["40"]["foveate"]
    assert len(figure.axes) >= 7


def test_a_curve_that_does_not_rise_is_left_out_of_bd_rates_and_told():
    numbers = {
        quality: {
            "mozjpeg": {"bytes": quality, "psnr_y": 30.0 + quality},
            "mosaic": {"bytes": quality, "psnr_y": 30.0},
        }
        for quality in (30, 50, 80)
    }
    anchors = dict.fromkeys(("mozjpeg", "mosaic", "webp"), "mozjpeg")
    rates = bd_rates([CodedScene("a", "", 1, numbers)], anchors, ["psnr_y"])
    assert rates == {"mosaic": {}}
    assert "over 0 of 1 scenes" in incomplete(rates, 1)[0]


def test_pictures_that_were_jpegs_before_are_told(tmp_path):
    folder = write_scenes(tmp_path, count=1, suffix=".jpg")
    study = Study(folder / "images", scene_files(folder / "images"))
    assert "1 of 1 pictures were JPEGs before" in study.picture_notes()[0]
    assert study.name == tmp_path.name


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"quality": 80}, True),
        ({"quality": 80, "exif": b"a"}, True),
        ({"lossless": True}, False),
        ({"lossless": True, "exif": b"a"}, False),
    ],
)
def test_pictures_that_were_lossy_webp_before_are_told(tmp_path, options, told):
    Image.fromarray(pixels_of(48, 64)).save(tmp_path / "a.webp", **options)
    notes = Study(tmp_path, scene_files(tmp_path)).picture_notes()
    assert [note.startswith("1 of 1 pictures were lossy WebP") for note in notes] == [True] * told


def test_sizes_of_one_picture_are_no_pictures(tmp_path):
    Image.fromarray(pixels_of(48, 64)).save(tmp_path / "a.png")
    files = [replace(scene_files(tmp_path)[0], size=(height, 64)) for height in (48, 24)]
    assert "not over pictures" in Study(tmp_path, files).picture_notes()[0]
