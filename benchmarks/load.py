"""The floor's load driver, taught how our form is filled in; run as a program, one figure a run.

python -m benchmarks.load --target ours --url http://127.0.0.1:PORT --concurrency 4 --signups 500
"""

import os
import sqlite3
import subprocess
import sys
from typing import Any

from benchmarks.servers import FLOOR

sys.path.insert(0, str(FLOOR))

import drive
import targets

PAGE = "/en/benchmark/register"


class Ours:
    """One form page, one POST, and the page that thanks: as a browser does it, without cookies."""

    page = PAGE

    def count(self) -> int:
        """Registrations in the database."""
        statement = "SELECT count(*) FROM registration"
        url = os.environ["DATABASE_URL"]
        if url.startswith("sqlite"):
            with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
                return int(connection.execute(statement).fetchone()[0])
        psql = ["psql", "-qtAX", url.replace("+psycopg", ""), "-c", statement]
        return int(subprocess.run(psql, check=True, capture_output=True, text=True).stdout)

    def signup(self, browser: Any, number: int) -> bool:
        """True when the last page says that a place is confirmed."""
        form = browser.get(self.page, expect=200)
        values = {
            "first_name": f"First{number}",
            "last_name": "Last",
            "email": f"a{number}@example.org",
            "organisation": "Town of Example",
            "function": "policy officer",
            "town": "Example",
            "organisation_kind": "local_government",
            "dietary": "vegetarian",
            "accept_terms": "1",
        }
        if 'name="accept_terms"' not in form.text:
            return False
        done = browser.post(self.page, values, expect=200)
        return 'data-place="confirmed"' in done.text


targets.TARGETS["ours"] = Ours

if __name__ == "__main__":
    drive.main()
