"""The figures as CSV, one file for each: the rows of the page, with what each is called in both languages."""

from __future__ import annotations

import csv
import io

from django.http import Http404, HttpRequest, HttpResponse

from algorithms import figures
from algorithms.exports.views import not_read
from algorithms.exports.writers import defused
from algorithms.public import context


def download(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one figure. Small enough to be made in memory; its ETag tells the day too (`register.middleware`)."""
    if name not in figures.NAMES:
        raise Http404
    if other := not_read(request):
        return other
    made = figures.now(context.head(request))
    return HttpResponse(
        written(made.figure(name)),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="cijfers-{name}-{made.sequence}.csv"',
            "Register-Sequence": str(made.sequence),
        },
    )


def written(figure: figures.Figure) -> str:
    """Return a figure as CSV: slug ("" for records without a value), both labels, and its numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["slug", "label_nl", "label_en", *figure.columns])
    for row in figure.rows:
        numbers = (row.numbers[column] for column in figure.columns)
        told = ["" if number is None else str(number) for number in numbers]
        writer.writerow([defused(cell) for cell in (row.slug, row.label.nl, row.label.en)] + told)
    return text.getvalue()
