# SPDX-License-Identifier: GPL-3.0-or-later
"""A model that turns text into a vector, by the interface that OpenAI, LM Studio and Ollama have in common."""
from shared.jsonhttp import ask


class Embedder:
    def __init__(self, url, model, token=None):
        self.model = model
        self._url, self._token = url + "/v1/embeddings", token

    def embed(self, text):
        return ask(self._url, {"model": self.model, "input": text}, token=self._token)["data"][0]["embedding"]
