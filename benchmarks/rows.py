"""How many registrations are in a database: python -m benchmarks.rows URL."""

import sqlite3
import subprocess
import sys


def registrations(url: str) -> int:
    """Counted by the database's own client, beside whatever runs."""
    statement = "SELECT count(*) FROM registration"
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            return int(connection.execute(statement).fetchone()[0])
        finally:
            connection.close()
    psql = ["psql", "-qtAX", url.replace("+psycopg", ""), "-c", statement]
    return int(subprocess.run(psql, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    print(registrations(sys.argv[1]))
