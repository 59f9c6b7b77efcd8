# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes themselves, in SQLite."""
import sqlite3
import threading


class Notes:
    """May be used from any thread."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")

    def add(self, text):
        with self._lock, self._connection:
            return self._connection.execute("INSERT INTO notes (text) VALUES (?)", (text,)).lastrowid

    def texts(self, ids):
        marks = ",".join("?" * len(ids))
        with self._lock:
            found = dict(self._connection.execute(f"SELECT id, text FROM notes WHERE id IN ({marks})", ids))
        return [found[each] for each in ids if each in found]

    def close(self):
        with self._lock:
            self._connection.close()
