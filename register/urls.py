"""All addresses (DESIGN §4). Public pages exist in Dutch and, below /en/, in English; the rest in one form only."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from algorithms.accounts import views as accounts
from algorithms.public.views import machines, records
from importers import admin as imports
from register import health

urlpatterns = [
    path("beheer/voorbeeld/", include("algorithms.admin.preview")),
    path("beheer/account/", include("algorithms.accounts.urls")),
    path("beheer/taal/", accounts.language, name="staff-language"),
    path("beheer/importeren/", admin.site.admin_view(imports.page), name="import"),
    path("beheer/", admin.site.urls),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("api/v1/", include("algorithms.api.urls")),
    path("open-data/", include("algorithms.exports.urls")),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.site_map, name="sitemap"),
    path("sitemap-<int:part>.xml", machines.site_map_part, name="sitemap-part"),
    path(".well-known/security.txt", machines.security, name="security"),
    re_path(r"^id/algoritme/(?P<lars>[0-9]{8})\Z", records.identity, name="identity"),
    *i18n_patterns(
        path("", include("algorithms.exports.records")),
        path("", include("algorithms.public.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "register.errors.bad_request"
handler403 = "register.errors.permission_denied"
handler404 = "register.errors.not_found"
handler500 = "register.errors.server_error"
