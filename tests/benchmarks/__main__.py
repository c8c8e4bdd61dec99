"""All benchmarks, or some: `python -m tests.benchmarks all`, `... verify guard --json PATH`.

Each runs in a process of its own, because each needs its own settings and servers, and hands its
rows back as JSON. One Markdown table is printed with a line about the machine's noise; what a
benchmark says meanwhile goes to standard error. `--json -` prints the JSON instead of the table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import command
from tests.benchmarks.figures import Figure, read, table, write
from tests.benchmarks.noise import Noise

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "verify",
    "guard",
    "append",
    "sealing",
    "caps",
    "starts",
    "sends",
    "timers",
    "imports",
    "memory",
    "growth",
    "directory",
)
GROWN = ("guard", "timers", "growth")
"""Those whose tables can be of a size; several at once has growth alone."""


def words_for(name: str, asked: argparse.Namespace) -> list[str]:
    """What of the command line one benchmark is told."""
    words = ["--small"] if asked.small else []
    if asked.rounds:
        words += ["--rounds", str(asked.rounds)]
    if name in GROWN and asked.rows:
        rows = asked.rows if name == "growth" else [min(asked.rows)]
        words += ["--rows", ",".join(map(str, rows))]
    return words


def figures_of(name: str, words: Sequence[str], home: Path) -> list[Figure] | None:
    """The rows of one benchmark; None if it broke."""
    path = home / f"{name}.json"
    program = [sys.executable, "-m", f"tests.benchmarks.{name}", *words, "--json", str(path)]
    subprocess.run(program, cwd=ROOT, stdout=sys.stderr, check=False)
    return read(path) if path.exists() else None


def main() -> int:
    """Run them, print; 1 when a row is not as was asked, 2 when a benchmark broke."""
    parser = command.parser(__doc__)
    parser.add_argument("names", nargs="+", choices=["all", *NAMES])
    asked = parser.parse_args()
    chosen = NAMES if "all" in asked.names else [name for name in NAMES if name in asked.names]
    noise, found, broken = Noise(), [], []
    with tempfile.TemporaryDirectory() as home:
        for name in chosen:
            noise.look()
            rows = figures_of(name, words_for(name, asked), Path(home))
            found += rows or []
            broken += [name] if rows is None else []
    noise.look()
    return _told(found, broken, noise, asked.json)


def _told(found: list[Figure], broken: list[str], noise: Noise, path: Path | None) -> int:
    beside = {"noise": noise.as_json(), "broken": broken}
    if path == Path("-"):
        rows = [figure.as_json() for figure in found]
        print(json.dumps({**beside, "figures": rows}, ensure_ascii=False, indent=1))
    else:
        print(f"{table(found)}\n\n{noise}")
        if path:
            write(found, path, **beside)
    if broken:
        print(f"These broke: {', '.join(broken)}", file=sys.stderr)
        return 2
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())
