"""Addresses of the public pages (DESIGN §4). Dutch paths in both languages; English stands below /en/."""

from django.urls import path

from algorithms.public import converters, feeds
from algorithms.public.views import across, figures, front, history, log, pages, records, results

converters.register()

urlpatterns = [
    path("", front.front, name="front"),
    path("algoritmes/", results.algorithm_list, name="algorithm-list"),
    path("algoritmes/suggesties/", results.suggestions, name="suggestions"),
    path("algoritmes/<lars:lars>/versies/", history.version_list, name="version-list"),
    path("algoritmes/<lars:lars>/versies/<version:version>/", history.version_detail, name="version-detail"),
    path("algoritmes/<lars:lars>/versies/<version:version>/verschil/", history.difference, name="version-difference"),
    path("algoritmes/<lars:lars>/<str:slug>/", records.algorithm_detail, name="algorithm-detail"),
    path("algoritmes/<lars:lars>/", records.algorithm_short, name="algorithm-short"),
    # Typed from paper, maybe with the slash that other addresses end in. The last of a name is the one that is written.
    path("a/<lars:lars>/", records.algorithm_short, name="algorithm-letter"),
    path("a/<lars:lars>", records.algorithm_short, name="algorithm-letter"),
    path("organisaties/", across.organization_list, name="organization-list"),
    path("organisaties/<slug:slug>/", across.organization_detail, name="organization-detail"),
    path("organisaties/<slug:slug>/wijzigingen.atom", feeds.of_organization, name="organization-feed"),
    path("organisaties/<slug:slug>/<slug:department>/", across.department_detail, name="department-detail"),
    path("thema/", across.theme_list, name="theme-list"),
    path("thema/<slug:slug>/", across.theme_detail, name="theme-detail"),
    path("thema/<slug:slug>/wijzigingen.atom", feeds.of_theme, name="theme-feed"),
    path("leveranciers/", across.supplier_list, name="supplier-list"),
    path("leveranciers/<slug:slug>/", across.supplier_detail, name="supplier-detail"),
    path("gegevensbronnen/", across.source_list, name="source-list"),
    path("netwerk/", across.network, name="network"),
    path("gegevensbronnen/<slug:slug>/", across.source_detail, name="source-detail"),
    path("cijfers/", figures.figures, name="figures"),
    path("wijzigingen/", log.changes, name="changes"),
    path("wijzigingen.atom", feeds.everything, name="changes-feed"),
    path("open-data/", pages.open_data, name="open-data"),
    path("over/", pages.fixed_page, {"slug": "over"}, name="about"),
    path("over/<slug:slug>/", pages.page, name="page"),
    path("toegankelijkheid/", pages.fixed_page, {"slug": "toegankelijkheid"}, name="accessibility"),
    path("privacy/", pages.fixed_page, {"slug": "privacy"}, name="privacy"),
    path("contact/", pages.fixed_page, {"slug": "contact"}, name="contact"),
    path("bezwaar/", pages.fixed_page, {"slug": "bezwaar"}, name="objection"),
]
