"""Options that several commands on pictures take alike."""

from __future__ import annotations

from typing import Annotated

import typer

from foveate.errors import OptionError
from foveate.settings import (
    DEFAULT_QUALITY,
    DEFAULTS,
    QUALITIES,
    Effort,
    Format,
    Metadata,
    Subsampling,
    Tune,
)

Pictures = Annotated[
    list[str], typer.Argument(metavar="IN", help="Pictures, or folders of pictures; - reads stdin.")
]
Recursive = Annotated[
    bool,
    typer.Option(
        "-r",
        "--recursive",
        help="Look into the folders of folders too. A folder of results keeps their tree.",
    ),
]
Quality = Annotated[
    int | None,
    typer.Option(
        min=QUALITIES[0],
        max=QUALITIES[1],
        metavar="Q",
        help="Where people look, be as good as plain JPEG at this quality. "
        f"Default: {DEFAULT_QUALITY}.",
    ),
]
MatchQuality = Annotated[
    int | None,
    typer.Option(
        min=QUALITIES[0],
        max=QUALITIES[1],
        metavar="Q",
        help="Take as many bytes as plain JPEG takes at this quality; metadata come on top.",
    ),
]
TuneFor = Annotated[
    Tune,
    typer.Option(
        help="What counts as error: vision counts what models of the eye see in the decoded "
        "picture; fidelity counts squared error, and is faster; eyes lies between the two."
    ),
]
Efforts = Annotated[
    Effort,
    typer.Option(
        help="With --tune vision: how often the encoder looks at the decoded picture. fast "
        "never does, and makes its map of a smaller picture; default does twice, best six "
        "times. For AVIF and WebP: how slowly their encoder works."
    ),
]
FileFormat = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "--to",
        help="The format of the files. Default: that of -o FILE, else jpeg. AVIF takes fewer "
        "bytes and many times the time; jxl puts the JPEG into JPEG XL; auto takes the best of "
        "those that --accept names. --tune and --baseline are for JPEG and JPEG XL.",
    ),
]
Accept = Annotated[
    str | None,
    typer.Option(
        metavar="TYPES",
        help="With --format auto: the formats that the client takes, as the header field "
        "Accept of its request names them. Default: image/avif,image/webp,image/jpeg.",
    ),
]
ChromaSubsampling = Annotated[
    Subsampling,
    typer.Option(
        help="The resolution of the colours: 444 is full, 420 is half in width and height; "
        "auto takes 444 at high qualities and for drawn pictures with coloured edges, and 420 "
        "otherwise."
    ),
]
Background = Annotated[
    str | None,
    typer.Option(
        metavar="COLOUR",
        help="The colour that shows through transparent pixels: a name, or #RRGGBB. Without "
        "it AVIF and WebP keep transparency, and JPEG takes white.",
    ),
]
KeptMetadata = Annotated[
    Metadata | None,
    typer.Option(
        help="Keep all metadata that a JPEG can hold, those that tell rights (copyright, "
        f"creator, licence) and colours, or none. Default: {DEFAULTS.metadata}."
    ),
]
Strip = Annotated[bool, typer.Option("--strip", help="The same as --metadata none.")]
Tolerant = Annotated[
    bool,
    typer.Option(
        "--tolerant",
        help="Take what there is of a JPEG or PNG whose end is missing, and tell how much.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Use at most this many threads. Default: all."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that exist already.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object for each picture, and nothing else.")
]


def metadata_of(metadata: Metadata | None, *, strip: bool) -> Metadata:
    """What --metadata and --strip ask for. Raises OptionError where they contradict each other."""
    if strip and metadata not in (None, "none"):
        raise OptionError(f"--strip and --metadata {metadata} contradict each other; give one")
    return "none" if strip else metadata or DEFAULTS.metadata


WHERE = (
    "a file, whose name ends in {kinds}, or a folder, whose name has no ending or ends in /. A "
    "folder is made where there is none, and keeps the tree of --recursive"
)
"""How -o is read by every command."""
KINDS_OF_FILES = ".jpg, .avif, .jxl or .webp"
