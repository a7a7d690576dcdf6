"""A real Asterisk of Debian, unpacked into a folder: nothing of the machine itself is changed.

apt finds and fetches the packages with everything they depend on, from the archive that the machine
uses already, and dpkg-deb unpacks them. The programs then run by their own loader and libraries, so
that neither root nor a chroot is needed, and the machine may be an older Debian. The folder stays
for later runs (about 270 MB): `RECONCILE_TEST_CACHE`, else `~/.cache/reconcile-tests`. Another
version is tried with `RECONCILE_TEST_SUITE=bullseye`, which is 16.28.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import real_parts

SUITES = ("forky", "sid", "bullseye")
"""Debian's suites with an Asterisk, 22 in the first two, 16 in the last; bookworm has none."""
PACKAGES = ("asterisk", "odbc-mariadb")
RECIPE = "1"
"""Part of the folder's name; a change of what is unpacked takes the next one."""
NEEDS = (
    "it needs Debian with `apt-get` and `dpkg-deb`, its package archive within reach, and `apt-get "
    "install debian-archive-keyring` where the keys are not there"
)


class Unobtainable(Exception):
    """Why there is no Asterisk here."""


@dataclass(frozen=True)
class Installation:
    """An unpacked Asterisk."""

    root: Path

    @property
    def modules(self) -> Path:
        """The folder of its modules."""
        return next(path for path in self._libraries() if path.name == "modules")

    def command(self, *arguments: str) -> list[str]:
        """Call the program `asterisk` with these arguments."""
        libraries = [path for path in self._libraries() if path.name != "modules"]
        loader = next(loader for path in libraries for loader in path.glob("ld-linux*.so*"))
        program = self.root / "usr/sbin/asterisk"
        places = ":".join(map(str, libraries))
        return [str(loader), "--library-path", places, str(program), *arguments]

    def _libraries(self) -> list[Path]:
        """Where libraries stand: by architecture or not, under `/usr` or, in older Debian, not."""
        patterns = (
            *("usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules"),
            *("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib"),
        )
        return [path for pattern in patterns for path in sorted(self.root.glob(pattern))]


def installed() -> Installation:
    """Give the Asterisk of the tests, made at the first call; skip or fail where it can't be."""
    try:
        return _installed()
    except Unobtainable as error:
        real_parts.missing(f"no Asterisk could be had: {error}", NEEDS)


@cache
def _installed() -> Installation:
    folder = _cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    chosen = os.environ.get("RECONCILE_TEST_SUITE")
    root = folder / "-".join(["asterisk", RECIPE, *([chosen] if chosen else [])])
    with (folder / "asterisk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two workers, one builds and the other waits
        if not root.is_dir():
            _build(root, (chosen,) if chosen else SUITES)
    return Installation(root)


def _cache_folder() -> Path:
    if chosen := os.environ.get("RECONCILE_TEST_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "reconcile-tests"


def _build(root: Path, suites: tuple[str, ...]) -> None:
    """Unpack beside, rename in: a folder of that name is always whole."""
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise Unobtainable(f"there is no `{program}`")
    faults = []
    for suite in suites:
        with tempfile.TemporaryDirectory(prefix="building-", dir=root.parent) as name:
            try:
                packages = _fetch(Path(name), suite)
                for package in packages:
                    _run("dpkg-deb", "-x", str(package), f"{name}/root")
            except Unobtainable as error:
                faults.append(f"{suite}: {error}")
                continue
            Path(name, "root").rename(root)
            return
    raise Unobtainable("; ".join(faults))


def _fetch(folder: Path, suite: str) -> list[Path]:
    """Have apt fetch the packages, with an own set of lists and no word to the machine's own."""
    for part in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d"):
        (folder / part).mkdir(parents=True)
    (folder / "state/status").touch()
    keyrings = sorted(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"))
    signed = f"[signed-by={keyrings[0]}] " if keyrings else ""
    (folder / "etc/sources.list").write_text(f"deb {signed}{_archive()} {suite} main\n")
    options = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "state/status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc": folder / "etc",
        "Dir::Etc::trustedparts": "/etc/apt/trusted.gpg.d",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "root",
        "APT::Update::Post-Invoke": "",
        "Acquire::Languages": "none",
        "Acquire::http::Timeout": "30",
    }
    settings = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    _run("apt-get", *settings, "-q", "update")
    _run(
        *("apt-get", *settings, "-q", "-y", "--download-only", "--no-install-recommends"),
        *("install", *PACKAGES),
    )
    return sorted((folder / "cache/archives").glob("*.deb"))


def _archive() -> str:
    """Where this machine gets its Debian from."""
    listed = _run("apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)")
    release = Path("/etc/os-release").read_text(encoding="utf-8")
    codename = next(
        (
            line.split("=")[1]
            for line in release.splitlines()
            if line.startswith("VERSION_CODENAME=")
        ),
        "",
    )
    for line in listed.splitlines():
        suite, _, archive = line.partition(" ")
        if suite == codename.strip('"'):
            return archive
    raise Unobtainable(f"apt of this machine reads no archive for `{codename}`")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Unobtainable(f"`{command[0]} {command[-1]}` says {''.join(last)}")
    return done.stdout
