"""What a minute costs, as whole processes, against opening the state with DuckDB alone.

    python tests/bench/minute.py --calls 1000000 --folder /tmp/bench

Writes a history, reads it in, then measures in turn: a bare connect, an idle run, and a run with
1,000 new rows. Prints medians and ratios; the machine's noise is in the spread.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import history

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 7
NEW_CALLS = 375  # about 1,000 lines of queue_log


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    until = 1_795_165_200
    now = datetime.fromtimestamp(until, UTC).replace(tzinfo=None)
    history.write(options.folder, calls=options.calls, until=until)
    print(f"first run over {options.calls:,} calls: {run(options.folder, now):.1f} s")
    now += timedelta(minutes=10)
    run(options.folder, now)  # what became due with the first run is out of the way
    bare, idle, busy = [], [], []
    for place in range(ROUNDS):
        now += timedelta(seconds=1)
        run(options.folder, now)
        now += timedelta(seconds=1)
        bare.append(connect(options.folder))
        idle.append(run(options.folder, now))
        history.append(options.folder, calls=NEW_CALLS, since=until + 600 * place, seed=place)
        now += timedelta(minutes=10)
        busy.append(run(options.folder, now))
    size = (options.folder / "state" / "state.duckdb").stat().st_size / 2**20
    print(f"state file {size:.0f} MiB; medians of {ROUNDS}, (least to most)")
    for name, seconds in (("bare connect", bare), ("idle run", idle), ("1,000 new rows", busy)):
        ratio = statistics.median(seconds) / statistics.median(bare)
        print(
            f"{name:<15} {statistics.median(seconds) * 1000:6.0f} ms "
            f"({min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f})   {ratio:.2f} x"
        )


def run(folder: Path, now: datetime) -> float:
    """One `reconcile run` as cron starts it; its wall clock in seconds."""
    return timed(
        [sys.executable, "-m", "reconcile", "run", "-s", str(folder / "reconcile.toml"),
         "--now", now.isoformat()]
    )  # fmt: skip


def connect(folder: Path) -> float:
    """What a user would pay for opening the state and doing nothing."""
    state = folder / "state" / "state.duckdb"
    return timed([sys.executable, "-c", f"import duckdb; duckdb.connect({str(state)!r})"])


def timed(command: list[str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} left with {done.returncode}: {done.stderr}")
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
