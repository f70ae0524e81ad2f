"""`foveate bench`: Foveate beside other coders, and how fast its parts are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foveate.errors import OptionError, printable
from foveate.video.opening import need_pyav
from foveate_research.cli import bench_batch, bench_page, bench_service
from foveate_research.cli.coding_options import CoderOptions, Fixations, Images, Masks
from foveate_research.cli.options import (
    Count,
    Models,
    Seconds,
    grouped,
    models_in,
    names_in,
    need,
)
from foveate_research.cli.picture_options import FixationOptions
from foveate_research.cli.results import Results, progress
from foveate_research.cli.tables import show_record

Threads = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Use at most this many threads.")
]

EPILOG = """
[bold]Examples[/]

foveate bench codecs --images kodak --figures figures --save results/codecs-kodak.json

foveate bench speed --images kodak
"""

CODECS_EPILOG = r"""
[bold]Examples[/]

foveate bench codecs --images kodak --save codecs-kodak.json --figures figures

foveate bench codecs --images coding/images --fixations coding/fixations --workers 2

foveate bench codecs --images kodak --codecs mozjpeg,foveate-vision --qualities 30,80 --json

Every coder is given the bytes of Pillow's default JPEG at each quality: the largest file that is no
more than 1 % larger. Differences and BD-rates (per cent of bytes at equal quality, below 0 is
better) come with 95 % intervals over pictures. AVIF and WebP are no JPEGs and stand outside.
Needs the bench extra: pip install 'foveate-research\[bench]'
"""

DRAWINGS_EPILOG = """
[bold]Example[/]

foveate bench drawings drawings && foveate bench codecs --images drawings
"""

SPEED_EPILOG = r"""
[bold]Examples[/]

foveate bench speed --images kodak --runs 5 --save results/speed.json

foveate bench speed --only large,process --json

foveate bench speed --only small --images kodak --save results/small-speed.json

Large is 4000x3000 with the map included, Foveate and mozjpeg in turn at the bytes of plain JPEG of
quality 75; linear is encoding alone; process, import and memory are fresh processes; small is
processor time of thumbnails on one thread, with and without the map, beside mozjpeg's.
Needs the bench extra: pip install 'foveate-research\[bench]'
"""
MODELS_EPILOG = """
[bold]Example[/]

foveate bench models --model foveate-s,menet --seconds 1

Each network sees random pixels at the size of a 4:3 photo and, where it takes that, 224x224.
"""
METRICS_EPILOG = """
[bold]Example[/]

foveate bench metrics --image photo.png --save results/metrics-speed.json

The times are the least of a row's runs, of all threads together. Packages that are not installed
are left out.
"""
CROPS_EPILOG = r"""
[bold]Examples[/]

foveate bench crops --images coding/images --fixations coding/fixations

foveate bench crops --set gaze-test --part mit --root gaze-test --save results/crops-mit.json

The share of what people looked at that lies in the largest window of a shape, placed by Foveate, by
libvips, by smartcrop.py where it is installed, in the middle, and by the fixations themselves.
Needs the bench extra: pip install 'foveate-research\[bench]'
"""
FORMATS_EPILOG = r"""
[bold]Example[/]

foveate bench formats --images coding/images --save results/formats.json

Each picture becomes JPEG, AVIF, WebP and JPEG XL at --quality 80, and at the bytes of plain JPEG at
quality 50. Needs foveate's extra jxl: pip install 'foveate\[jxl]'
"""
VIDEO_EPILOG = r"""
[bold]Examples[/]

foveate bench video --images coding/images --fixations coding/fixations --save results/video.json

foveate bench video --images tuning/images --fixations tuning/fixations --span 6,8,10 --count 20

A camera pans and zooms over every two pictures, and the viewers' fixations move along. x264 and
x265 code the clip with the map and without, at equal bits.
Needs the video extra: pip install 'foveate\[video]'
"""
SECOND_GENERATION_EPILOG = """
[bold]Example[/]

foveate bench second-generation --images tuning --count 20 --save second-generation.json

A row of the table is the mean gain over files at one share of their bytes, with the worst gain and
the number of files that are worse.
"""
READING_EPILOG = r"""
[bold]Example[/]

foveate bench reading --data packs/caltech101 --save results/classification-reading.json

Needs the train extra: pip install 'foveate-research\[train]'
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    epilog=EPILOG,
    help="Measure Foveate beside other coders, and how fast its parts are.",
)


@app.command(epilog=CODECS_EPILOG)
@grouped
def codecs(
    *,
    images: Images,
    fixations: Fixations = None,
    masks: Masks = None,
    qualities: Annotated[
        list[str] | None,
        typer.Option(
            metavar="Q,...", help="Qualities of the plain JPEGs whose bytes make the curves."
        ),
    ] = None,
    count: Count = None,
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the curves as PNG and SVG.")
    ] = None,
    coders: CoderOptions,
    results: Results,
) -> None:
    """Rate–distortion curves, BD-rates, equal-bytes tables and time of several coders."""
    from foveate_research.cli.coding_records import show_codecs
    from foveate_research.coders.rate_distortion import QUALITIES, bench_codecs
    from foveate_research.coders.scenes import scene_files

    wanted = _qualities(qualities) or QUALITIES
    files = scene_files(images, fixations=fixations or (), masks=masks, count=count)
    with coders.study(images, files) as study:
        stem = None if figures is None else figures / f"codecs-{study.name}"
        results.refuse(stem)
        record, draw = bench_codecs(study, qualities=wanted)
    results.publish(record, show_codecs, draw, stem)


def _qualities(typed: list[str] | None) -> tuple[int, ...]:
    if typed is None:
        return ()
    words = names_in(typed)
    if not all(word.isdecimal() and 1 <= int(word) <= 100 for word in words):
        raise OptionError(f"--qualities {','.join(typed)}: give numbers from 1 to 100, as 30,50,80")
    if len(set(words)) < 2:
        raise OptionError("--qualities: a curve has 2 at least")
    return tuple(sorted(set(map(int, words))))


@app.command(epilog=DRAWINGS_EPILOG, no_args_is_help=True)
@grouped
def drawings(
    *,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder for the pictures; it may be new.")
    ],
) -> None:
    """Draw pictures of text, screens and line art, for bench codecs to measure coders on."""
    from foveate_research.coders.drawings import draw_all

    written = draw_all(folder)
    typer.echo(f"written: {len(written)} pictures in {printable(folder)}")


@app.command(epilog=SPEED_EPILOG)
@grouped
def speed(
    *,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Pictures of 768x512 or more to tile (default: drawn)."),
    ] = None,
    runs: Annotated[
        int, typer.Option(metavar="N", min=1, help="Runs of each part; the median counts.")
    ] = 7,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART,...",
            help="Parts to measure: large, linear, process, import, memory, small.",
        ),
    ] = None,
    results: Results,
) -> None:
    """Foveate's time and memory, from thumbnails to 73 megapixels, beside mozjpeg's time."""
    need("bench speed", "bench", "pyvips")
    from foveate_research.bench.speed import PARTS, speed_record

    parts = names_in(only) or PARTS
    for part in parts:
        if part not in PARTS:
            raise OptionError(f"--only {part}: there are {', '.join(PARTS)}")
    results.refuse()
    with progress(len(parts)) as tick:
        record = speed_record(images, runs=runs, parts=parts, tick=tick)
    results.publish(record, show_record)


@app.command(epilog=MODELS_EPILOG)
@grouped
def models(*, model: Models = None, seconds: Seconds = 2.0, results: Results) -> None:
    """How many pictures a second each network sees, on one and two threads."""
    from foveate_research.bench.models import models_record, networks

    names = models_in(model)
    count = len(networks(names))
    if not count:
        raise OptionError(f"--model {','.join(names)}: has no network to time")
    results.refuse()
    with progress(count) as tick:
        record = models_record(names, seconds=seconds, tick=tick)
    results.publish(record, show_record)


@app.command(epilog=METRICS_EPILOG)
@grouped
def metrics(
    *,
    image: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A picture (default: drawn, 768x512).")
    ] = None,
    seconds: Seconds = 1.0,
    results: Results,
) -> None:
    """How long each quality metric takes, beside the packages that measure the same."""
    from foveate.metrics.quality import METRICS
    from foveate_research.bench.metrics import metrics_record

    results.refuse()
    with progress(len(METRICS)) as tick:
        record = metrics_record(image, seconds=seconds, tick=tick)
    results.publish(record, show_record)


@app.command(epilog=CROPS_EPILOG)
@grouped
def crops(*, pictures: FixationOptions, seconds: Seconds = 2.0, results: Results) -> None:
    """How much of what people looked at crops keep, beside other packages' crops."""
    from foveate_research.bench.crops import crops_record
    from foveate_research.cli.score_tables import show_crops

    results.refuse()
    opened = pictures.opened()
    with progress(opened.count) as tick:
        record = crops_record(opened, seconds=seconds, tick=tick)
    results.publish(record, show_crops)


@app.command(epilog=FORMATS_EPILOG)
@grouped
def formats(
    *, images: Images, count: Count = None, threads: Threads = None, results: Results
) -> None:
    """The bytes of JPEG, AVIF, WebP and JPEG XL at one quality, and what is seen at equal bytes."""
    from foveate_research.bench.formats import formats_record
    from foveate_research.cli.score_tables import show_formats
    from foveate_research.coders.scenes import scene_files

    results.refuse()
    files = [scene.picture for scene in scene_files(images, fixations=(), masks=None, count=count)]
    with progress(len(files)) as tick:
        record = formats_record(files, threads=threads, tick=tick)
    results.publish(record, show_formats)


@app.command(epilog=VIDEO_EPILOG)
@grouped
def video(
    *,
    images: Images,
    fixations: Fixations = None,
    codecs: Annotated[
        list[str] | None, typer.Option(metavar="NAME,...", help="Codecs: h264, h265.")
    ] = None,
    span: Annotated[
        list[str] | None,
        typer.Option(metavar="N,...", help="Try these strengths in the place of the codec's own."),
    ] = None,
    count: Count = None,
    results: Results,
) -> None:
    """What the map gains in video where people looked, at equal bits."""
    need_pyav()
    from foveate_research.bench.video import video_record
    from foveate_research.cli.score_tables import show_video
    from foveate_research.coders.scenes import scene_files

    names = names_in(codecs) or ["h264", "h265"]
    for name in names:
        if name not in ("h264", "h265"):
            raise OptionError(f"--codecs {name}: there are h264, h265")
    try:
        spans = tuple(float(word) for word in names_in(span))
    except ValueError as error:
        raise OptionError(f"--span {','.join(span or ())}: give numbers, as 6,8") from error
    if not fixations:
        raise OptionError("--fixations: say where the viewers' fixations lie")
    files = scene_files(images, fixations=fixations, count=count)
    if len(files) < 2:
        raise OptionError("bench video: a clip has two pictures; give more")
    results.refuse()
    with progress(len(files) // 2) as tick:
        record = video_record(files, codecs=names, spans=spans, tick=tick)  # type: ignore[arg-type]
    results.publish(record, show_video)


@app.command(epilog=SECOND_GENERATION_EPILOG)
@grouped
def second_generation(
    *,
    images: Images,
    count: Count = None,
    threads: Threads = None,
    results: Results,
) -> None:
    """JPEG files made smaller from their coefficients, beside the same from decoded pixels."""
    from foveate_research.bench.second_generation import second_generation_record
    from foveate_research.coders.scenes import scene_files

    results.refuse()
    files = [scene.picture for scene in scene_files(images, fixations=(), masks=None, count=count)]
    with progress(len(files)) as tick:
        record = second_generation_record(files, threads=threads, tick=tick)
    results.publish(record, show_record)


@app.command(epilog=READING_EPILOG)
@grouped
def reading(
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="PACK", help="What 'foveate classify pack' wrote (default: drawn)."),
    ] = None,
    seconds: Seconds = 3.0,
    results: Results,
) -> None:
    """How many packed pictures with their maps one core reads a second, for training."""
    need("bench reading", "train", "torch")
    from foveate_research.bench.reading import reading_record

    results.refuse()
    results.publish(reading_record(data, seconds=seconds), show_record)


app.command(epilog=bench_page.EPILOG)(grouped(bench_page.page))
app.command(epilog=bench_service.EPILOG)(grouped(bench_service.service))
app.command(epilog=bench_batch.EPILOG)(grouped(bench_batch.batch))
