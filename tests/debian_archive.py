"""Packages of other suites of Debian, unpacked into a folder: the machine itself is not changed.

apt finds and fetches the packages with everything they depend on, from the archive that the machine
uses already, and dpkg-deb unpacks them. The programs then run by their own loader and libraries, so
that neither root nor a chroot is needed, and the machine may be an older Debian. The folders stay
for later runs: in `RECONCILE_TEST_CACHE`, else `~/.cache/reconcile-tests`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import real_parts

NEEDS = (
    "it needs Debian with `apt-get` and `dpkg-deb`, its package archive within reach, and `apt-get "
    "install debian-archive-keyring` where the keys are not there"
)


class Unobtainable(Exception):
    """Why a program is not to be had here."""


@dataclass(frozen=True)
class Wanted:
    """What is unpacked: the first of the suites that has the packages.

    `recipe` is part of the folder's name; a change of what is unpacked takes the next one.
    """

    name: str
    suites: tuple[str, ...]
    packages: tuple[str, ...]
    recipe: str = "1"

    def of(self, suite: str) -> Wanted:
        """The same of one suite, beside it."""
        return replace(self, suites=(suite,), recipe=f"{self.recipe}-{suite}")


@dataclass(frozen=True)
class Unpacked:
    """A folder with programs as they are in the folder `/` of a machine that has the packages."""

    root: Path

    def command(self, program: str, *arguments: str) -> list[str]:
        """Call a program such as `usr/sbin/asterisk` with these arguments."""
        libraries = self.libraries()
        loader = next(loader for path in libraries for loader in path.glob("ld-linux*.so*"))
        places = ":".join(map(str, libraries))
        return [str(loader), "--library-path", places, str(self.root / program), *arguments]

    def libraries(self) -> list[Path]:
        """Where libraries stand: below `/usr` or, in older Debian, not."""
        patterns = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib")
        return [path for pattern in patterns for path in sorted(self.root.glob(pattern))]


def unpacked(wanted: Wanted) -> Unpacked:
    """Give what is wanted, fetched at the first call; skip or fail where it can't be had."""
    try:
        return _unpacked(wanted)
    except Unobtainable as error:
        real_parts.missing(f"no {wanted.name} could be had: {error}", NEEDS)


@cache
def _unpacked(wanted: Wanted) -> Unpacked:
    folder = _cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / f"{wanted.name}-{wanted.recipe}"
    with (folder / f"{wanted.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two workers, one builds and the other waits
        if not root.is_dir():
            _build(root, wanted)
    return Unpacked(root)


def _cache_folder() -> Path:
    if chosen := os.environ.get("RECONCILE_TEST_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "reconcile-tests"


def _build(root: Path, wanted: Wanted) -> None:
    """Unpack beside, rename in: a folder of that name is always whole."""
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise Unobtainable(f"there is no `{program}`")
    faults = []
    for suite in wanted.suites:
        with tempfile.TemporaryDirectory(prefix="building-", dir=root.parent) as name:
            try:
                packages = _fetch(Path(name), suite, wanted.packages)
                for package in packages:
                    _run("dpkg-deb", "-x", str(package), f"{name}/root")
            except Unobtainable as error:
                faults.append(f"{suite}: {error}")
                continue
            Path(name, "root").rename(root)
            return
    raise Unobtainable("; ".join(faults))


def _fetch(folder: Path, suite: str, packages: tuple[str, ...]) -> list[Path]:
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
        *("install", *packages),
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
