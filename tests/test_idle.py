"""An idle run, in a process of its own: silent, and paying for no library it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from site_folder import CLIENT, Site, at

ROOT = Path(__file__).parent.parent
HEAVY = {"pandas", "numpy", "pyarrow", "tabulate", "rich", "pydantic", "phonenumbers"}
HEAVY |= {"croniter", "holidays"}
NOT_ASKED_FOR = ("psycopg", "pymysql", "ssl", "reconcile.databases", "reconcile.settings.database")

RUN = """
import json, sys
from datetime import datetime
from pathlib import Path
from reconcile import running, settings
result = running.run(settings.load(Path(sys.argv[1])), now=datetime.fromisoformat(sys.argv[2]))
told = {"exit_code": result.exit_code, "is_idle": result.is_idle, "modules": sorted(sys.modules)}
Path(sys.argv[3]).write_text(json.dumps(told))
"""

COMMAND_LINE = """
import json, sys
from pathlib import Path
from reconcile.cli import answer
code = answer(["run", "--settings", sys.argv[1], "--now", sys.argv[2]])
status = json.loads((Path(sys.argv[1]).parent / "state" / "status.json").read_text())
told = {"exit_code": code, "is_idle": status["is_idle"], "modules": sorted(sys.modules)}
Path(sys.argv[3]).write_text(json.dumps(told))
"""


CEL = """\
queue_log = "queue_log*"
cel = { path = "cel.csv", columns = "20" }
incoming = { contexts = ["from-trunk"] }
trunks = ["PJSIP/trunk-*"]
"""
EVENT = (
    '"HANGUP","1795168820.5","","+420700610101","","","","s","from-trunk","PJSIP/in-1","","","",'
    '"","1.1","1.1","","","",""\n'
)


@pytest.fixture(scope="module", params=[False, True], ids=["queue_log", "queue_log and CEL"])
def quiet_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A client waits for his first call; nothing happens from 10:03 to 10:05."""
    site = Site.small(tmp_path_factory.mktemp("quiet") / "site")
    if request.param:
        site.change_settings('queue_log = "queue_log*"\n', CEL)
        (site.folder / "cel.csv").write_text(EVENT, encoding="utf-8")
    site.change_settings("[sources.directory]", '[sources.directory]\nschedule = "0 * * * *"')
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:00", "10:02")
    return site


@pytest.mark.parametrize("code", [RUN, COMMAND_LINE], ids=["run", "command line"])
def test_an_idle_run_is_silent_and_loads_no_heavy_library(
    code: str, quiet_site: Site, tmp_path: Path
) -> None:
    answer = tmp_path / "answer.json"
    instant = at("10:03").isoformat()
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, quiet_site.settings_file, instant, answer],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, b"", b"")
    told = json.loads(answer.read_text(encoding="utf-8"))
    assert (told["exit_code"], told["is_idle"]) == (0, True)
    assert HEAVY & set(told["modules"]) == set()
    assert "duckdb" in told["modules"]
    assert [name for name in told["modules"] if name.startswith(NOT_ASKED_FOR)] == []
