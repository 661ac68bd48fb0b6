"""A real PostgreSQL on this machine alone, in a folder of its own; it is not made for keeping anything."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.uplink.broker import free_port, until

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
needs_postgresql = pytest.mark.skipif(
    not FOLDERS, reason="PostgreSQL is not installed: sudo apt-get install postgresql"
)


class Postgres:
    """Runs as the user `postgres` where the tests are root's, since it refuses to run as root."""

    def __init__(self, settings=""):
        # Not below pytest's own folder: that is for root alone, whenever another run of pytest starts.
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="passerby-postgresql-")), free_port()
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-U", self.user, "-A", "trust", "--no-sync", "-E", "UTF8")
        with open(os.open(self.folder / "data" / "postgresql.conf", os.O_APPEND | os.O_WRONLY), "a") as file:
            file.write(
                f"listen_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories=''\nfsync=off\n"
                f"shared_buffers=64MB\nmax_connections=40\nlog_min_messages=fatal\n{settings}"
            )
        self.start()

    def start(self):
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "start")

    def close(self):
        """It is not started again."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def seconds(self):
        """Processor time of its processes so far, those that have ended included."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        found = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if main in (int(fields[1]), int(stat.parent.name)):
                    # Of the main process also those of children that have ended.
                    found += sum(map(int, fields[11 : 15 if int(stat.parent.name) == main else 13]))
        return found / os.sysconf("SC_CLK_TCK")

    def new_database(self):
        """The address of an empty one."""
        name = f"fleet_{secrets.token_hex(4)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def address(self, name):
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    def _run(self, program, *arguments, check=True):
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*as_user, str(FOLDERS[-1] / program), *arguments],
            check=check,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )


__all__ = ["Postgres", "needs_postgresql", "until"]
