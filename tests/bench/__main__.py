"""`make bench`: measures part by part, prints tables, writes build/bench.json; a finished part is not measured twice.

QUICK=1 takes a fixed, seeded subset; ONLY=real,town runs those parts alone and leaves the others' kept rows standing.
CHECKPOINT=FOLDER measures other weights than those that ship; LIST=full takes all of the counterfactual benchmark.
"""

import os
import sys
import time
import traceback
from collections.abc import Iterable

from tests.bench import parts, results
from tests.bench.row import Missing, Row


def main() -> int:
    """Run what is asked for; 1 where a part broke, 2 for bad input."""
    if len(sys.argv) > 1:
        print(
            f"{' '.join(sys.argv[1:])} given to the bench; wanted nothing: QUICK, ONLY, LIST and CHECKPOINT come before it",
            file=sys.stderr,
        )
        return 2
    quick, only = os.environ.get("QUICK", "") not in ("", "0"), os.environ.get("ONLY", "")
    try:
        every = parts.found()
        wanted, measured = parts.chosen(every, only), results.measured_on()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    broken = [part.module for part in wanted if not run(part, quick, measured)]
    kept = [row for part in every for row in results.kept(part.module, quick, measured + part.also()) or []]
    rows = [row for row in kept if isinstance(row, Row)]
    results.report(rows, quick)
    print(f"\n{len(rows)} rows in {results.REPORT.relative_to(results.ROOT)}")
    if broken:
        print(f"broken: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def run(part: parts.Part, quick: bool, measured: str) -> bool:
    """Measure one part, or take what was kept of it; False where it broke (what it gave by then is not kept)."""
    measured += part.also()
    rows = results.kept(part.module, quick, measured)
    if rows is not None:
        table(f"{part.part} ({part.module}), measured before", rows)
        return True
    start, rows = time.monotonic(), []
    try:
        for row in part.rows(quick):
            rows.append(results.writable(row))
            print(f"  {row.name} done after {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    except Exception:
        traceback.print_exc()
        table(f"{part.part} ({part.module}) broke; not kept", rows)
        return False
    results.keep(part.module, quick, measured, rows)
    table(f"{part.part} ({part.module}), {time.monotonic() - start:.0f} s", rows)
    return True


def table(title: str, rows: Iterable[Row | Missing]) -> None:
    """A part's rows, aligned, and why some are left out."""
    print(f"\n{title}")
    for row in rows:
        shown = (
            f"left out: {row.reason}"
            if isinstance(row, Missing)
            else f"{row.value:>12.4g} {row.unit:<6} over {row.samples}{interval(row)}"
        )
        print(f"  {row.name:<44} {shown}", flush=True)


def interval(row: Row) -> str:
    """Where 95 % of the means would lie, if that is known."""
    return "" if row.low is None else f", {row.low:.4g} to {row.high:.4g}"


if __name__ == "__main__":
    sys.exit(main())
