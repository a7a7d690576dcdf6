"""What the page of a report weighs, and how soon it can be used, over a million calls.

    python tests/bench/page.py --calls 1000000 --folder /tmp/bench

Writes a history of 300 days, reads it in, and turns what a first run ignores as too old into
episodes of every outcome, so that the page has something to tell. Then measures: the page made, its
size, and in a headless Chromium the time until it can be used, a filter, and a list.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import history

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import Page, running_browser  # noqa: E402 - found by the line above

from reconcile import database  # noqa: E402

ROUNDS = 5
NOW = 1_795_165_200
READY = "document.documentElement.dataset.ready === '1'"

EPISODES = """
    update kept.dropped_calls
    set account = 'opened', reason = null, episode_id = source || '/' || call_id
    where account in ('opened', 'ignored') and hash(call_id) % 10 < 8;
    delete from kept.episodes;
    insert into kept.episodes by name
    select
        episode_id, campaign, number, source as opening_source, call_id as opening_call_id,
        1 as generation, dropped_at as added_at, dropped_at as opened_at,
        case when chance < 19 then dropped_at + interval 1 second * (hash(call_id) % 7200) end
            as closed_at,
        case when chance < 14 then dropped_at + interval 1 second * (hash(call_id) % 7200) end
            as cut_at,
        case when chance < 14 then 'reached' when chance < 19 then 'exhausted' end as reason,
        source as closing_source, call_id as closing_call_id, dropped_at as closed_run_at,
        null as blocked_since, false as is_closing_withdrawn, 1 as changed_run
    from (select *, hash(call_id) % 20 as chance from kept.dropped_calls)
    where account = 'opened';
    delete from kept.attempts;
    insert into kept.attempts by name
    select
        'dial' || episode_id as command_key, episode_id, 1 as attempt_number, campaign, number,
        added_at + interval 5 minute as handed_out_at, opening_source as call_source,
        case when hash(opening_call_id) % 20 < 6 then opening_call_id end as call_id,
        true as is_matched_by_key, added_at as ended_at, 'unanswered' as result, null as detail,
        hash(episode_id) % 50 = 0 as is_regret, 0 as redial_number, false as is_by_hand,
        1 as changed_run
    from kept.episodes
    where hash(opening_call_id) % 20 < 12
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    history.write(options.folder, calls=options.calls, until=NOW, days=300)
    now = datetime.fromtimestamp(NOW, UTC).isoformat()
    reconcile(options.folder, "run", "--now", now)
    with database.connect(options.folder / "state" / database.READ_FILE) as connection:
        connection.execute(EPISODES)
    place = options.folder / "page.html"
    seconds = reconcile(options.folder, "report", "--html", str(place))
    size = place.stat().st_size / 2**20
    print(f"page over {options.calls:,} calls: {size:.2f} MiB, made in {seconds:.1f} s")
    with running_browser(options.folder / "browser") as browser:
        measure(browser.page(), place)


def measure(page: Page, place: Path) -> None:
    """Print the times that a person waits."""
    for _ in range(ROUNDS):
        page.open(place)
        page.wait_until(READY)
        print(f"ready after {page.eval('performance.now()'):.0f} ms")
    for queue in (1, 0):
        began = time.perf_counter()
        page.eval(
            "(() => { const form = document.getElementById('filters');"
            "form.elements.to.value = form.elements.%s.value;"
            "form.dispatchEvent(new Event('change')); })()" % ("from" if queue else "to")
        )
        turn = page.eval("document.documentElement.dataset.turn")
        page.wait_until(f"document.documentElement.dataset.drawn === '{turn}'")
        print(f"filtered and drawn in {(time.perf_counter() - began) * 1000:.0f} ms")


def reconcile(folder: Path, *arguments: str) -> float:
    """Run the program as a person does; its wall clock in seconds."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "reconcile", *arguments]
    subprocess.run([*command, "-s", str(folder / "reconcile.toml")], cwd=ROOT, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
