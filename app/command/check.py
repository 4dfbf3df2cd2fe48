"""`check`: what is wrong with a take, or with a recording: overlaps, speeds, leaving the road, and so on."""

import argparse
from dataclasses import asdict

from app.command.opening import Opened, add_json, add_take, as_json, opened
from editor.checks import Finding, all_findings, findings


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("check", help="what a driver or a street would not allow in a take", description=__doc__)
    add_take(parser)
    parser.add_argument("--all", action="store_true", help="what was recorded so, too, not only what edits brought about")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the findings, the worst first."""
    clip = opened(options)
    checks = all_findings if options.all else findings
    found = checks(clip.scenario, clip.data_set.street_map(clip.scene))
    if options.json:
        print(as_json([asdict(finding) for finding in found]))
        return 0
    for finding in found:
        print(_line(clip, finding))
    print(f"{len(found)} findings in {clip.take.name!r} of scene {clip.scene.name}")
    return 0


def _line(clip: Opened, finding: Finding) -> str:
    start, end = ((t_us - clip.scene.span[0]) * 1e-6 for t_us in finding.span)
    return f"{finding.severity:.2f}  {start:6.2f} to {end:6.2f} s  {finding.kind}: {finding.sentence}"
