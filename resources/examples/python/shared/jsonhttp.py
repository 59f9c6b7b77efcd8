# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON over HTTP, by the standard library."""
import json
import urllib.request


def ask(url, body=None, method=None, timeout=5, token=None):
    """The answer's object. Raises OSError if nobody answers or the status is not 2xx, ValueError if it is not JSON."""
    fields = {"Accept": "application/json"}
    if body is not None:
        fields["Content-Type"] = "application/json"
    if token:
        fields["Authorization"] = "Bearer " + token
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), fields, method=method)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read() or b"null")
