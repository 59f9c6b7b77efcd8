# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found, in SQLite: the last day of it."""
import sqlite3
import time

KEPT = 86400  # seconds


class History:
    """Belongs to one thread."""

    def __init__(self, path):
        self._connection = sqlite3.connect(path)
        self._connection.execute("CREATE TABLE IF NOT EXISTS probes (time REAL NOT NULL, url TEXT NOT NULL, seconds REAL, error TEXT)")

    def add(self, url, seconds=None, error=None):
        now = time.time()
        with self._connection:
            self._connection.execute("INSERT INTO probes VALUES (?, ?, ?, ?)", (now, url, seconds, error))
            self._connection.execute("DELETE FROM probes WHERE time < ?", (now - KEPT,))

    def close(self):
        self._connection.close()
