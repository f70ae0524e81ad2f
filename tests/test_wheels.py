"""What is looked for in finished wheels, and what the native code may ask of compilers."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

import foveate

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "src" / "foveate" / "models"
VERSION = foveate.__version__
GOOD = {
    f"foveate-{VERSION}.dist-info/licenses/LICENSE": b"",
    f"foveate-{VERSION}.dist-info/licenses/NOTICE": b"",
    f"foveate-{VERSION}.dist-info/licenses/THIRD_PARTY.md": b"",
    "foveate/models/weights/a.onnx": b"",
    "foveate/models/cards/a.json": b"{}",
    "foveate/native/_core.abi3.so": b"",
}


def checked(folder, files, *options, tag="cp312-abi3-linux_x86_64"):
    with zipfile.ZipFile(folder / f"foveate-{VERSION}-{tag}.whl", "w") as wheel:
        for name, data in files.items():
            wheel.writestr(name, data)
    command = [sys.executable, ROOT / "scripts" / "check-wheel", folder, *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


def test_a_good_wheel_passes(tmp_path):
    tag = "cp312-abi3-manylinux_2_28_x86_64"
    assert checked(tmp_path, GOOD, "--tag", f"v{VERSION}", tag=tag) == (0, "")


@pytest.mark.parametrize(("lost", "said"), [("NOTICE", "lacks NOTICE"), ("a.json", "record")])
def test_what_is_missing_is_told(tmp_path, lost, said):
    code, told = checked(tmp_path, {k: v for k, v in GOOD.items() if not k.endswith(lost)})
    assert (code, said in told) == (1, True)


def test_a_module_of_one_version_under_a_tag_for_all_is_told(tmp_path):
    files = {k.replace("abi3", "cpython-312-x86_64-linux-gnu"): v for k, v in GOOD.items()}
    assert "is tagged" in checked(tmp_path, files)[1]


def test_size_and_tag_are_looked_at(tmp_path):
    code, told = checked(tmp_path, {**GOOD, "a": b"0" * 6_000_001}, "--tag", "v99")
    assert code == 1
    assert "v99" in told
    assert "more than" in told


def test_a_release_takes_no_wheel_that_the_index_refuses(tmp_path):
    assert "auditwheel" in checked(tmp_path, GOOD, "--tag", f"v{VERSION}")[1]
    assert checked(tmp_path, GOOD) == (0, "")


def test_files_that_do_not_belong_into_a_wheel_are_told(tmp_path):
    code, told = checked(tmp_path, {**GOOD, "foveate/native/decode.cpp": b""})
    assert (code, "decode.cpp, which does not belong there" in told) == (1, True)


def test_a_wheel_that_no_given_python_takes_is_told(tmp_path):
    told = checked(tmp_path, GOOD, "--with", sys.executable, tag="cp399-abi3-linux_x86_64")[1]
    assert "takes it" in told


def test_every_file_of_weights_has_its_record_and_licence():
    weights = sorted((WEIGHTS / "weights").iterdir())
    assert weights
    third_party = (ROOT / "THIRD_PARTY.md").read_text()
    for path in weights:
        assert path.suffix == ".onnx"
        card = (WEIGHTS / "cards" / f"{path.stem}.json").read_text()
        assert '"licence"' in card
        assert path.name in third_party


def test_what_compilers_spell_in_their_own_way_stands_in_one_header():
    native = ROOT / "src" / "foveate" / "native"
    for path in sorted([*native.rglob("*.cpp"), *native.rglob("*.hpp")]):
        text = path.read_text()
        if path.name == "vectors.hpp":
            text = re.sub(r"__attribute__\(\(target_clones\(.*?\)\)\)", "", text)
        if path.name == "cut_gaussian.cpp":
            text = text.replace("__attribute__((vector_size(32)))", "")
        if path.name != "compilers.hpp":
            assert not re.search(r"__builtin_|__attribute__|#pragma GCC|\bssize_t\b", text), path


def test_the_workflow_pins_its_actions_and_publishes_tags_alone():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "wheels.yml").read_text())["jobs"]
    for job in jobs.values():
        for step in job["steps"]:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "a@" + "0" * 40))
    assert jobs["publish"]["permissions"]["id-token"] == "write"
    assert "refs/tags/v" in jobs["publish"]["if"]
