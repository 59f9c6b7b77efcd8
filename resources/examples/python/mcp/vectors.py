# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the notes lie in the space of their meanings: a collection of Qdrant, by its REST interface."""
from shared.jsonhttp import ask


class Vectors:
    def __init__(self, url, collection="notes"):
        self._collection = f"{url}/collections/{collection}"
        self._made = False

    def add(self, note, vector):
        self._make(len(vector))
        ask(self._collection + "/points?wait=true", {"points": [{"id": note, "vector": vector}]}, "PUT")

    def nearest(self, vector, limit):
        """The ids of the nearest notes, nearest first."""
        self._make(len(vector))
        found = ask(self._collection + "/points/search", {"vector": vector, "limit": limit})
        return [point["id"] for point in found["result"]]

    def _make(self, size):
        if not self._made:
            if not ask(self._collection + "/exists")["result"]["exists"]:
                ask(self._collection, {"vectors": {"size": size, "distance": "Cosine"}}, "PUT")
            self._made = True
