"""Where the embedded server's files lie, and whose they are."""

from __future__ import annotations

import fcntl
import itertools
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from .errors import StoreError

POINTER = "store-location.txt"  # left in the folder asked for when the data had to go elsewhere
_ORIGIN = "origin.txt"  # and in the folder where it went: for whom
_ELSEWHERE = (Path("/var/lib/maritime-grid"), Path("/var/tmp/maritime-grid"))  # noqa: S108  (0755, ours, checked)
_USERS = ("postgres", "nobody")


def choose_home(asked: Path) -> tuple[pwd.struct_passwd | None, Path]:
    """Who runs the server (None: we ourselves) and the folder of its files, made if need be.

    Raises: StoreError: the data belongs to another user, or no folder can be reached.
    """
    make_folder(asked)
    try:
        with _alone(asked):
            return _choose_home(asked)
    except PermissionError as error:
        raise StoreError(
            f"{error.filename or asked} cannot be opened: {error.strerror}",
            "run as its owner, or give another --data folder",
        ) from None


def _choose_home(asked: Path) -> tuple[pwd.struct_passwd | None, Path]:
    home = _pointed(asked)
    owner = _owner(home / "data")
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise StoreError(
                f"{home / 'data'} belongs to user {_name(owner)}", "run as that user, or give another --data folder"
            )
        return None, home
    user = pwd.getpwuid(owner) if owner else _server_user()
    if home != asked or _enters(user, asked):
        return user, home
    return user, _elsewhere(asked, user)


def make_folder(folder: Path) -> None:
    """The folder and those above it; what root makes can be entered by the server's user, whatever the umask is.

    Raises: StoreError: it cannot be made.
    """
    try:
        missing = [f for f in (folder, *folder.parents) if not f.exists()]
        for each in reversed(missing):
            each.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                each.chmod(0o755)
        folder.mkdir(exist_ok=True)  # a file in its place
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}", "give another --data folder") from None


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """One process at a time decides where the data goes. Only root has a choice."""
    if os.geteuid() != 0:
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def fresh_folder(folder: Path, user: pwd.struct_passwd | None) -> None:
    """An empty folder of mode 0700 that belongs to the server's user; what an interrupted start left is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    give(user, folder)


def private_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """A folder of mode 0700 in a place that all may write to, ours for certain.

    Raises: StoreError: somebody else put it there.
    """
    owner = user.pw_uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        give(user, folder)
    except FileExistsError:
        have = folder.lstat()
        if not stat.S_ISDIR(have.st_mode) or have.st_uid != owner or have.st_mode & 0o077:
            raise StoreError(
                f"{folder} is not ours", "remove it, or give a --data folder with a shorter path"
            ) from None
    return folder


def give(user: pwd.struct_passwd | None, *paths: Path) -> None:
    if user is None:
        return
    for path in paths:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def is_zombie(lock: Path) -> bool:
    """Whether the process that a lock file names is dead but not reaped. Linux only; elsewhere False."""
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError, IndexError):
        return False
    return state == "Z"


def _pointed(asked: Path) -> Path:
    """The folder that a pointer in `asked` names, else `asked` itself."""
    pointer = asked / POINTER
    if not pointer.exists():
        return asked
    home = Path(pointer.read_text().splitlines()[0].strip())
    origin = home / _ORIGIN
    if not origin.exists():
        raise StoreError(f"{pointer} names {home}, which is gone", f"bring it back, or remove {pointer} to begin anew")
    if origin.read_text().strip() != str(asked):
        raise StoreError(
            f"{pointer} names {home}, which belongs to {origin.read_text().strip()}",
            f"if that folder was moved here, write {asked} into {origin}; if it was copied, remove {pointer}",
        )
    return home


def _owner(data: Path) -> int | None:
    return data.stat().st_uid if data.exists() else None


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def _server_user() -> pwd.struct_passwd:
    for name in _USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StoreError("PostgreSQL does not run as root, and there is no user postgres or nobody", "run as a plain user")


def _enters(user: pwd.struct_passwd, folder: Path) -> bool:
    done = subprocess.run(
        ["test", "-x", str(folder)],
        cwd="/",
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        check=False,
        start_new_session=True,  # ended by a Ctrl-C it would seem to say no
    )
    return done.returncode == 0


def _elsewhere(asked: Path, user: pwd.struct_passwd) -> Path:
    """A folder for `asked` that `user` can enter, marked at both ends."""
    for base in _ELSEWHERE:
        if not _open_folder(base):
            continue
        home = _unused(base, asked)
        if not _open_folder(home) or not _enters(user, home):
            continue
        (home / _ORIGIN).write_text(f"{asked}\n")
        (asked / POINTER).write_text(f"{home}\nThe store's user cannot enter this folder, so its data lies there.\n")
        return home
    raise StoreError(f"user {user.pw_name} can enter neither {asked} nor {_ELSEWHERE[0]}", "give another --data folder")


def _unused(base: Path, asked: Path) -> Path:
    """A folder name for `asked` under which no data lies: what lies there was of a folder that was removed since."""
    name = f"{asked.name or 'store'}-{sha256(os.fsencode(asked)).hexdigest()[:12]}"
    names = (name if n == 1 else f"{name}-{n}" for n in itertools.count(1))
    return next(base / name for name in names if not (base / name / "data").exists())


def _open_folder(folder: Path) -> bool:
    """Makes a folder of mode 0755, and gives that mode to one of ours; False where it is not ours."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        have = folder.lstat()
        if not stat.S_ISDIR(have.st_mode) or have.st_uid != os.geteuid():
            return False
        if stat.S_IMODE(have.st_mode) != 0o755:
            folder.chmod(0o755)
    except OSError:
        return False
    return True
