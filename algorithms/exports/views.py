"""Sends a bulk file: with its length, one range of it when asked, and the sequence it holds in the header.

A refusal is only a status here; `register.middleware.ApiHeaders` words it as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from algorithms.exports import files, writers
from algorithms.public import context

FILES: dict[str, tuple[str, files.Writer]] = {
    "algoritmes.json": ("application/json", writers.algorithms_json),
    "algoritmes.csv": ("text/csv; charset=utf-8", writers.algorithms_csv),
    "logboek.jsonl": ("application/jsonl", writers.log_jsonl),
}
METHODS = "GET, HEAD, OPTIONS"
CHUNK = 64 * 1024

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


def download(request: HttpRequest, name: str) -> HttpResponseBase:
    if other := not_read(request):
        return other
    content_type, write = FILES[name]
    bulk = files.opened(name, context.head(request), write)
    stem, _dot, extension = name.partition(".")
    return send(
        request,
        bulk.handle,
        {
            "Content-Type": content_type,
            "Content-Disposition": f'attachment; filename="{stem}-{bulk.head.sequence}.{extension}"',
            "Register-Sequence": str(bulk.head.sequence),
            "ETag": f'"{bulk.head.key}"',
            "Accept-Ranges": "bytes",
        },
    )


def not_read(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to whoever does not simply read a file; None for who does. Raises BadRequest for a question."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": METHODS})
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": METHODS})
    if request.GET:
        raise BadRequest("Een bestand kent geen vraagsleutels: het bevat altijd alles.")
    return None


def send(request: HttpRequest, handle: BinaryIO, headers: dict[str, str]) -> HttpResponseBase:
    """Answer the whole file, or the one range that was asked for; several ranges at once get the whole."""
    length = handle.seek(0, 2)
    handle.seek(0)
    wanted = _wanted(request, length, headers["ETag"])
    if wanted is None:
        if request.method == "HEAD":
            handle.close()
            return HttpResponse(headers=headers | {"Content-Length": str(length)})
        response = FileResponse(handle)
        for header, value in headers.items():  # afterwards: it guesses some of these from the name of the file
            response.headers[header] = value
        return response
    start, end = wanted
    if start >= end:
        handle.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{length}"})
    handle.seek(start)
    headers |= {"Content-Length": str(end - start), "Content-Range": f"bytes {start}-{end - 1}/{length}"}
    return StreamingHttpResponse(_pieces(handle, end - start), status=206, headers=headers)


def _wanted(request: HttpRequest, length: int, etag: str) -> tuple[int, int] | None:
    """Return the range asked for, from and up to; None for the whole. If-Range guards against another file."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if request.method != "GET" or not found or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:  # the last so many bytes
        return max(length - int(last), 0) if int(last) else length, length
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, length) if last else length


def _pieces(handle: BinaryIO, left: int) -> Iterator[bytes]:
    with handle:
        while left > 0 and (piece := handle.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
