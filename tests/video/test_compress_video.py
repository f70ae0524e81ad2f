"""`foveate.compress_video`: what a video keeps, what it gains, and what is refused."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from foveate import VideoError, VideoLimits, VideoReport, VideoSettings, compress_video
from foveate.errors import MissingExtraError, OptionError, OutputError, TargetError
from small_videos import (
    frame_times,
    luma,
    one_shot,
    panned,
    sound_packets,
    texture,
    with_cover,
    with_subtitles,
    write_video,
)

FAST = VideoSettings(map="centre", preset="veryfast")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", one_shot())


def made(source: Path, name: str = "made.mp4", **choices: object) -> VideoReport:
    settings = dataclasses.replace(FAST, **choices)  # type: ignore[arg-type]
    return compress_video(source, source.parent / name, settings=settings)


def test_bits_go_where_people_look(tmp_path: Path) -> None:
    frames = panned(texture(96, 176), 16, width=160, step=1)
    source = write_video(tmp_path / "in.mkv", frames, sound=None)
    original = luma(source)
    centre = np.s_[:, 32:64, 56:104]

    def errors(name: str, **choices: object) -> tuple[int, float, float]:
        made(source, name, **choices)
        difference = (luma(tmp_path / name) - original) ** 2
        size = (tmp_path / name).stat().st_size
        return size, difference[centre].mean(), difference.mean()

    size, there, everywhere = errors("with.mkv", crf=31)
    flat_size, flat_there, flat_everywhere = errors("without.mkv", crf=31, map="none")
    assert size < 1.03 * flat_size
    # At least 2 dB there for at most 3 on the whole; at so few bits much moves.
    assert there < flat_there / 10**0.2
    assert everywhere < flat_everywhere * 10**0.3


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_times_sound_turning_colours_and_names_stay(tmp_path: Path, codec: str) -> None:
    times = [0, 30, 100, 130, 170, 290, 300, 340]
    source = write_video(
        tmp_path / "in.mp4", one_shot(8), times=times, rotation=90, colours=(9, 16, 9, 1)
    )
    report = made(source, "out.mp4", codec=codec)
    result = tmp_path / "out.mp4"
    assert frame_times(result) == [at / 1000 for at in times]
    assert sound_packets(result) == sound_packets(source) != []
    assert report.copied == ("audio (aac)",)
    with av.open(str(result)) as container:
        assert container.metadata["title"] == "A title"
        assert [c["metadata"]["title"] for c in container.chapters()] == ["first"]
        assert container.streams.audio[0].language == "deu"
        video = container.streams.video[0].codec_context
        assert video.name == {"h264": "h264", "h265": "hevc"}[codec]
        assert (video.color_primaries, video.color_trc, video.colorspace) == (9, 16, 9)
        assert video.color_range == 1
        assert next(container.decode(video=0)).rotation == 90


def test_a_video_of_two_frames_goes(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mkv", one_shot(2), sound=None)
    for codec in ("h264", "h265"):
        assert made(source, f"{codec}.mkv", codec=codec).frames == 2
        assert frame_times(tmp_path / f"{codec}.mkv") == [0, 0.04]


def test_ten_bits_stay_ten_bits(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mkv", one_shot(4), pixel_format="yuv420p10le")
    for codec in ("h264", "h265"):
        assert made(source, f"{codec}.mkv", codec=codec).pixel_format == "yuv420p10le"
        with av.open(str(tmp_path / f"{codec}.mkv")) as container:
            assert container.streams.video[0].codec_context.pix_fmt == "yuv420p10le"


def test_the_light_that_hdr10_promises_stays(tmp_path: Path) -> None:
    light = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    options = {"x265-params": f"log-level=none:master-display={light}:max-cll=1000,400"}
    source = write_video(
        tmp_path / "in.mkv",
        one_shot(4),
        pixel_format="yuv420p10le",
        codec="libx265",
        options=options,
        sound=None,
    )
    told = made(source, "out.mkv", codec="h265").options["x265-params"]
    assert light in told
    assert "max-cll=1000,400" in told
    with av.open(str(tmp_path / "out.mkv")) as container:
        sides = {side.type.name for side in next(container.decode(video=0)).side_data}
    assert {"MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"} <= sides


def test_the_report_tells_cuts_maps_and_the_encoder(tmp_path: Path) -> None:
    frames = np.concatenate([one_shot(seed=1), one_shot(seed=2) // 3])
    report = made(write_video(tmp_path / "in.mp4", frames), every=0.24, crf=30)
    assert report.cuts == (0.48,)
    assert report.map_times == (0.12, 0.36, 0.6, 0.84)
    assert (report.frames, round(report.duration, 6)) == (24, 0.96)
    assert report.encoder.startswith("libx264 by libavcodec ")
    assert report.options["crf"] == "30"
    assert report.region_changes == 1  # the middle of every frame
    size = Path(report.output).stat().st_size
    assert report.bytes == size
    assert report.bitrate == pytest.approx(8 * size / 0.96)
    assert report.video_bitrate < report.bitrate


# Presets above ultrafast have x264 look ahead by "mbtree", whose AVX-512 code differs once in fifty
# calls or so: with mbtree=0, or without AVX-512, 700 calls and more made equal files.
@pytest.mark.parametrize("choices", [{"preset": "ultrafast"}, {"codec": "h265"}])
def test_equal_calls_make_equal_files(clip: Path, choices: dict[str, str]) -> None:
    made(clip, "one.mkv", **choices)
    made(clip, "two.mkv", threads=1, **choices)
    assert (clip.parent / "one.mkv").read_bytes() == (clip.parent / "two.mkv").read_bytes()


def test_a_size_is_never_exceeded_and_nearly_used(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", one_shot(24))
    report = made(source, size_bytes=20_000)
    assert 18_000 < report.bytes <= 20_000
    assert report.bytes == Path(report.output).stat().st_size


def test_a_bitrate_is_met(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", one_shot(24))
    report = made(source, bitrate=150_000)
    assert report.video_bitrate == pytest.approx(150_000, rel=0.35)
    assert report.passes == 2


def test_a_size_below_the_sound_is_refused(clip: Path) -> None:
    with pytest.raises(TargetError, match="what is copied beside the pictures takes"):
        made(clip, size_bytes=1000)


def test_metadata_can_be_left_out(clip: Path) -> None:
    made(clip, strip=True)
    with av.open(str(clip.parent / "made.mp4")) as container:
        assert "title" not in container.metadata
        assert container.streams.audio[0].language == "deu"


def test_sound_that_the_container_does_not_hold_is_refused(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mkv", one_shot(2), sound="tta")
    with pytest.raises(VideoError, match=r"out\.mp4: .* holds no audio \(tta\) .* \.mkv"):
        made(source, "out.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mkv"]


REFUSED = {
    "text.mp4": (b"no video at all" * 99, "is damaged, or no video that FFmpeg reads"),
    "list.m3u8": (b"#EXTM3U\n#EXTINF:1,\nclip.mp4\n", "is damaged, or no video that FFmpeg reads"),
    "folder": (None, "is a folder; give a video file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_video_is_refused(tmp_path: Path, name: str) -> None:
    data, message = REFUSED[name]
    place = tmp_path / name
    place.mkdir() if data is None else place.write_bytes(data)
    with pytest.raises(VideoError, match=message):
        made(place)


def test_sound_alone_has_no_video_stream(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.wav"), "w", format="wav") as output:
        track = output.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        output.mux(track.encode(frame))
    (tmp_path / "a.wav").rename(tmp_path / "a.mkv")
    with pytest.raises(VideoError, match=r"a\.mkv: "):
        made(tmp_path / "a.mkv")
    with av.open(str(tmp_path / "b.mka"), "w", format="matroska") as output:
        track = output.add_stream("pcm_s16le", rate=8000)
        output.mux(track.encode(frame))
    with pytest.raises(VideoError, match="has no video stream"):
        made(tmp_path / "b.mka")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_file_whose_end_is_missing_is_refused(tmp_path: Path, suffix: str) -> None:
    source = write_video(tmp_path / f"in{suffix}", one_shot(30), sound=None)
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(VideoError, match="take another copy"):
        made(source)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("limit", "value"), [("pixels", 5000), ("bytes", 900), ("frames", 5), ("duration", 0.2)]
)
def test_a_video_over_a_limit_is_refused(clip: Path, limit: str, value: float) -> None:
    limits = VideoLimits().but(**{limit: value})
    with pytest.raises(VideoError, match=f"over the limit of {value:g}; .* raise `VideoLimits"):
        compress_video(clip, clip.parent / "out.mp4", settings=FAST, limits=limits)


def test_pixels_that_the_codec_does_not_hold_are_refused(tmp_path: Path) -> None:
    source = write_video(
        tmp_path / "in.mkv", one_shot(2), codec="ffv1", pixel_format="bgr0", options={}
    )
    with pytest.raises(VideoError, match="has pixels of the kind bgr0"):
        made(source)


def test_interlaced_video_is_refused(tmp_path: Path) -> None:
    options = {"x264-params": "tff=1"}
    source = write_video(tmp_path / "in.mkv", one_shot(2, height=96), options=options)
    with pytest.raises(VideoError, match="is interlaced; deinterlace it first"):
        made(source)


def test_subtitles_and_fonts_stay_in_matroska(tmp_path: Path) -> None:
    source = with_subtitles(write_video(tmp_path / "plain.mkv", one_shot(10)))
    report = made(source, "out.mkv")
    assert report.copied == ("audio (aac)", "subtitle (srt)")
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert container.streams.subtitles[0].language == "fra"
        assert container.streams.attachments[0].data == b"a font"
        words = [bytes(packet) for packet in container.demux(subtitles=0) if packet.size]
    assert words == [b"Bonjour"]
    with pytest.raises(VideoError, match=r"holds no subtitle \(srt\) as it is"):
        made(source, "out.mp4")


def test_the_cover_picture_stays_in_mp4_and_is_named_where_it_goes(tmp_path: Path) -> None:
    source = with_cover(write_video(tmp_path / "plain.mp4", one_shot(3), sound=None))
    assert made(source).copied == ("cover picture (png)",)
    with av.open(str(tmp_path / "made.mp4")) as container:
        moving, cover = container.streams.video
        assert int(cover.disposition) == av.stream.Disposition.attached_pic
        assert (moving.codec_context.name, cover.codec_context.name) == ("h264", "png")
    assert "left out: the cover picture" in made(source, "made.mkv").notes[0]


def test_a_file_that_exists_stays(clip: Path) -> None:
    (clip.parent / "made.mp4").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        made(clip)
    with pytest.raises(OptionError, match="is the video that comes in"):
        compress_video(clip, clip, overwrite=True)
    with pytest.raises(OptionError, match=r"end the name in one of \.mp4, \.m4v, \.mov, \.mkv"):
        made(clip, "made.avi")


@pytest.mark.parametrize(
    "choices",
    [{"crf": 52}, {"crf": 20, "size_bytes": 9}, {"codec": "vp9"}, {"every": 0}, {"map": "a.png"}],
)
def test_settings_that_make_no_sense_are_refused(choices: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        dataclasses.replace(FAST, **choices).checked()  # type: ignore[arg-type]


def test_without_the_extra_one_line_names_it(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'foveate\[video\]'"):
        made(clip)
