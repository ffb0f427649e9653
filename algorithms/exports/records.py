"""One record as a file: its PDF, in both languages, beside the page it is of."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from algorithms.exports import pdf as typesetting
from algorithms.models import Listing
from algorithms.public import context, converters
from algorithms.public.past import tombstone


@require_safe
def pdf(request: HttpRequest, lars: str, slug: str) -> HttpResponseBase:
    head = context.head(request)
    listing = Listing.objects.filter(lars=lars).select_related("publication").first()
    if listing is None:
        return tombstone(request, lars)
    if listing.slug != slug:
        return HttpResponseRedirect(reverse("algorithm-pdf", args=[lars, listing.slug]))
    base = context.base_url(request)
    page = base + reverse("algorithm-detail", args=[lars, listing.slug])
    try:
        made = typesetting.made(json.loads(listing.publication.document), listing.publication, head, base)
    except typesetting.NotMade:
        told = _("Het lukt nu niet om deze pdf te maken. Alles staat ook op de pagina, en die kunt u printen: %(page)s")
        return HttpResponse(
            told % {"page": page},
            content_type="text/plain; charset=utf-8",
            status=503,
            headers={"Retry-After": "60"},
        )
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{listing.slug[:80]}-{lars}-{listing.version}.pdf"',
            "Link": f'<{page}>; rel="canonical"',
        },
    )


converters.register()

urlpatterns = [path("algoritmes/<lars:lars>/<str:slug>.pdf", pdf, name="algorithm-pdf")]
