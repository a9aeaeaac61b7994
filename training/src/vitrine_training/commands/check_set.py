"""The command `check-set` of `vitrine-train`: a preset's whole set with random weights, all the way through."""

import argparse
import json
from pathlib import Path

from .command import Command


def add_check_set(parser: argparse.ArgumentParser) -> None:
    """Arguments of `check-set`."""
    parser.add_argument("--preset", default="seed", help="of the detector and the embedders (default seed)")
    parser.add_argument("--shop", type=Path, required=True, help="a shop in the SPEC layout, such as fixtures/shop")
    parser.add_argument("--vitrine", nargs="+", required=True, metavar="WORD", help="such as: node dist/bin/vitrine.js")
    parser.add_argument("--out", type=Path, required=True, help="folder for the set, the small shop and the match")
    parser.add_argument("--clips", type=int, default=2, help="clips of the shop (default 2)")
    parser.add_argument("--items", type=int, default=3, help="items of the shop (default 3)")
    parser.add_argument(
        "--frames", default="80:380:20", metavar="FIRST:LAST:STEP", help="of a clip (default 80:380:20)"
    )
    parser.add_argument("--result", type=Path, help="JSON file for what was found")
    parser.add_argument("--separate", action="store_true", help="package the embedders as a file each, not as a bundle")


def _run_check_set(arguments: argparse.Namespace) -> None:
    from functools import partial

    from ..exporting.checkpoints import random_facts, random_network
    from ..loops.embedder_config import list_members
    from ..loops.one_thread import use_one_thread
    from ..scoring.check_set import CheckOptions, Member, check_set
    from ..whole_file import write_whole

    use_one_thread()
    members = []
    # Seeds of their own: two networks of one shape must not be one and the same.
    for seed, name in enumerate((None, *list_members(arguments.preset)), start=1):
        chosen = (arguments.preset, name, seed)
        members.append(Member(random_facts(*chosen), partial(random_network, *chosen)))
    options = CheckOptions(
        out=arguments.out,
        shop=arguments.shop,
        vitrine=arguments.vitrine,
        clips=arguments.clips,
        items=arguments.items,
        frames=arguments.frames,
        is_bundled=not arguments.separate,
    )
    found = check_set(arguments.preset, members, options)
    text = json.dumps(found, indent=2) + "\n"
    if arguments.result:
        arguments.result.parent.mkdir(parents=True, exist_ok=True)
        write_whole(arguments.result, text)
    print(text, end="")


CHECK_SET_COMMAND = Command(
    "check-set",
    "build a preset's set with random weights, export, compare, package and run it",
    add_check_set,
    _run_check_set,
    examples=("check-set --shop fixtures/shop --out runs/seed --vitrine node dist/bin/vitrine.js",),
)
