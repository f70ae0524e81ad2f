"""`foveate compare --vote` and `foveate votes`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from photos import write_photo


def trial_of(page: str) -> dict:
    return json.loads(re.search(r'id="trial">(.*?)</script>', page)[1])


def result(voter: str = "v", page: str = "p", **changes: object) -> dict:
    """A result file's content, as the page writes it."""
    pairs = [("moz", "fov", "right"), ("fov", "moz", "left"), ("moz", "fov", "same")]
    pairs += [("moz", "fov", "left")]
    votes = [
        {
            "picture": f"{number}.png",
            "left": left,
            "right": right,
            "left_bytes": 1000,
            "right_bytes": 1010,
            "choice": choice,
            "seconds": 1.5,
        }
        for number, (left, right, choice) in enumerate(pairs)
    ]
    told = {
        "format": "foveate votes",
        "version": 1,
        "page": {"sha256": page, "foveate": "0"},
        "voter": voter,
        "votes": votes,
    }
    return told | changes


def written(name: str, content: object) -> str:
    Path(name).write_text(content if isinstance(content, str) else json.dumps(content))
    return name


@pytest.fixture
def folders() -> None:
    """Originals and two folders with encodings, in the folder where the command runs."""
    for name in ("1", "2"):
        write_photo(f"originals/{name}.png")
        write_photo(f"moz/{name}.jpg", quality=50)
        write_photo(f"fov/{name}.foveate.jpg", quality=50)


# the page


def test_files_become_a_page_of_their_pairs(foveate) -> None:
    write_photo("photo.png")
    for quality in (20, 50, 80):
        write_photo(f"{quality}.jpg", quality=quality)
    run = foveate("compare", "photo.png", "20.jpg", "50.jpg", "80.jpg", "--vote", "votes.html")
    assert (run.code, run.err) == (0, "")
    assert "Written: votes.html, 3 pairs" in run.out
    assert "In 3 of 3 pairs the files differ in bytes by more than 2 %" in run.out
    (picture,) = trial_of(Path("votes.html").read_text())["pictures"]
    assert picture["name"] == "photo.png"
    assert [file["name"] for file in picture["files"]] == ["20.jpg", "50.jpg", "80.jpg"]
    assert picture["files"][0]["bytes"] == Path("20.jpg").stat().st_size


def test_folders_are_matched_by_the_names_of_their_pictures(foveate, folders) -> None:
    run = foveate("compare", "originals/", "moz/", "fov", "--vote", "votes.html")
    assert (run.code, run.err) == (0, "")
    assert run.out == "Written: votes.html, 2 pairs\n"
    trial = trial_of(Path("votes.html").read_text())
    assert [picture["name"] for picture in trial["pictures"]] == ["1.png", "2.png"]
    assert all([f["name"] for f in p["files"]] == ["moz", "fov"] for p in trial["pictures"])
    assert (trial["seconds"], trial["seed"]) == (None, None)


def test_time_and_seed_are_told_to_the_page(foveate, folders) -> None:
    options = ("--vote-seconds", "2.5", "--vote-seed", "7")
    foveate("compare", "originals", "moz", "fov", "--vote", "votes.html", *options)
    page = Path("votes.html").read_text()
    assert (trial_of(page)["seconds"], trial_of(page)["seed"]) == (2.5, 7)
    assert "Each pair appears for 2.5 s" in page


def test_a_folder_that_lacks_a_picture_or_has_two_is_told_in_one_line(foveate, folders) -> None:
    Path("fov/2.foveate.jpg").rename("fov/3.jpg")
    run = foveate("compare", "originals", "moz", "fov", "--vote", "votes.html")
    assert (run.code, run.out) == (1, "")
    assert run.err == (
        "foveate: fov: has no encoding of originals/2.png; add 2.jpg, or leave the original out\n"
    )
    write_photo("moz/1.webp")
    run = foveate("compare", "originals", "moz", "fov", "--vote", "votes.html")
    assert "moz: has several encodings of originals/1.png: 1.jpg, 1.webp; keep one" in run.err
    assert not Path("votes.html").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["originals", "moz", "--vote", "v.html"], "two copies at least"),
        (["originals", "moz", "moz", "--vote", "v.html"], "moz: is named twice"),
        (["originals/1.png", "moz", "fov", "--vote", "v.html"], "folders only, or files only"),
        (["originals", "moz", "fov", "--vote", "v.json"], "--vote v.json: end the page's name"),
        (["originals", "moz", "fov", "--vote", "v.html", "--json"], "leave out --html, --json"),
        (["originals/1.png", "moz/1.jpg", "--vote-seed", "1"], "need --vote PAGE.html"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(foveate, folders, arguments, told) -> None:
    run = foveate("compare", *arguments)
    assert run.code == 2
    assert told in run.err
    assert run.err.count("\n") == 1
    assert not Path("v.html").exists()


@pytest.mark.parametrize("names", [("originals", "moz", "fav"), ("fav", "moz", "fov")])
def test_a_name_that_is_not_there_is_told(foveate, folders, names) -> None:
    run = foveate("compare", *names, "--vote", "v.html")
    assert run.code == 1
    assert run.err == "foveate: fav: no such file or folder; check the name\n"


def test_a_page_of_votes_replaces_nothing_unless_asked(foveate, folders) -> None:
    Path("votes.html").write_text("precious")
    arguments = ("compare", "originals", "moz", "fov", "--vote", "votes.html")
    assert foveate(*arguments).code == 1
    assert Path("votes.html").read_text() == "precious"
    assert foveate(*arguments, "--overwrite").code == 0


def test_folders_without_vote_are_told_of_it(foveate, folders) -> None:
    run = foveate("compare", "originals", "moz")
    assert run.code == 1
    assert run.err == (
        "foveate: originals: is a folder; give a picture file, or folders with --vote\n"
    )


# the scores


def test_scores_are_a_table(foveate) -> None:
    run = foveate("votes", written("ann.json", result()), written("bob.json", result("w")))
    assert (run.code, run.err) == (0, "")
    assert re.search(r"fov +8 +62 +\+0\.26 +[+-]\d\.\d\d to \+\d\.\d\d", run.out)
    assert "8 votes of 2 voters on 4 pictures, 2 for no difference" in run.out
    assert "a bootstrap over voters and pictures" in run.out


def test_scores_in_json_are_one_object_a_copy(foveate) -> None:
    run = foveate("votes", written("ann.json", result()), "--json")
    first, second = run.objects
    assert (first["name"], first["votes"], first["won"]) == ("fov", 4, 2.5)
    assert first["score"] == pytest.approx(0.2554, abs=1e-4) == -second["score"]
    assert first["interval_95"][0] <= first["score"] <= first["interval_95"][1]
    assert (first["voters"], first["pictures"]) == (1, 4)


def test_of_two_files_of_one_voter_the_longer_counts(foveate) -> None:
    short = result()
    short["votes"] = short["votes"][:1]
    for names in (("long.json", "short.json"), ("short.json", "long.json")):
        written("long.json", result())
        written("short.json", short)
        run = foveate("votes", *names)
        assert "4 votes of 1 voter" in run.out
        assert "another file of the same voter has as many votes or more: short.json" in run.err


def test_votes_that_all_agree_have_no_interval(foveate) -> None:
    alone = result(votes=result()["votes"][:1])
    run = foveate("votes", written("one.json", alone))
    assert run.out.count("–") >= 2
    assert " to " not in run.out
    told = foveate("votes", "one.json", "--json")
    assert [json.loads(line)["interval_95"] for line in told.out.splitlines()] == [None, None]


def test_one_line_warns_where_a_copy_won_every_vote(foveate) -> None:
    told = result()
    told["votes"] = told["votes"][:2]
    run = foveate("votes", written("ann.json", told))
    assert run.code == 0
    assert run.err.count("\n") == 1
    assert "no finite score fits; the scores count one tie more" in run.err


def test_votes_on_unequal_bytes_are_told(foveate) -> None:
    told = result()
    told["votes"][0]["left_bytes"] = 1200
    run = foveate("votes", written("ann.json", told))
    assert "1 of 4 votes are on files that differ in bytes by more than 2 %" in run.err


def vote(**changes: object) -> dict:
    told = result()
    told["votes"][1] |= changes
    return told


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("not json", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ([], "holds no votes; give the file"),
        ({"format": "other"}, "holds no votes; give the file"),
        (result(version=2), "newer version; update Foveate"),
        (result(page=None), "tells no page or no voter"),
        (result(voter=3), "tells no page or no voter"),
        (result(votes={}), "has no list of votes"),
        (result(votes=[]), "holds no votes; vote on the page"),
        (result(votes=[1]), "vote 1 is no object"),
        (vote(picture=""), "vote 2 has no 'picture'"),
        (vote(left=None), "vote 2 has no 'left'"),
        (vote(right="fov"), "vote 2 is of a copy with itself"),
        (vote(picture="0.png"), "vote 2 is on the same pair as vote 1; remove one of them"),
        (vote(choice="both"), "vote 2: its 'choice' must be left, right, same"),
        (vote(choice=["left"]), "vote 2: its 'choice' must be left, right, same"),
    ],
)
def test_a_malformed_file_is_one_line_that_names_it(foveate, content, complaint: str) -> None:
    good = written("good.json", result("other")) if "holds no votes; vote" not in complaint else ""
    run = foveate("votes", *filter(None, (good, written("bad.json", content))))
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("foveate: bad.json")
    assert complaint in run.err
    assert run.err.count("\n") == 1


def test_a_missing_file_and_one_that_is_no_text_are_one_line(foveate) -> None:
    run = foveate("votes", "missing.json")
    assert (run.code, run.err) == (
        1,
        "foveate: missing.json: no such file; check the name\n",
    )
    Path("binary.json").write_bytes(b"\xff\xd8\xff")
    assert "binary.json: is no text" in foveate("votes", "binary.json").err
