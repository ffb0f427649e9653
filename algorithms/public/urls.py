"""Addresses of the public pages (DESIGN §4). Dutch paths in both languages; English stands below /en/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from algorithms.public import views


class LarsConverter(StringConverter):
    """The eight digits of a record; anything else is no address."""

    regex = "[0-9]{8}"


register_converter(LarsConverter, "lars")

urlpatterns = [
    path("", views.front, name="front"),
    path("algoritmes/", views.algorithm_list, name="algorithm-list"),
    path("algoritmes/suggesties/", views.suggestions, name="suggestions"),
    path("algoritmes/<lars:lars>/versies/", views.version_list, name="version-list"),
    path("algoritmes/<lars:lars>/versies/<int:version>/", views.version_detail, name="version-detail"),
    path("algoritmes/<lars:lars>/<str:slug>/", views.algorithm_detail, name="algorithm-detail"),
    path("algoritmes/<lars:lars>/", views.algorithm_short, name="algorithm-short"),
    path("a/<lars:lars>", views.algorithm_short, name="algorithm-letter"),
    path("wijzigingen/", views.changes, name="changes"),
    path("organisaties/", views.organization_list, name="organization-list"),
    path("organisaties/<slug:slug>/", views.organization_detail, name="organization-detail"),
    path("open-data/", views.open_data, name="open-data"),
    path("over/", views.fixed_page, {"slug": "over"}, name="about"),
    path("over/<slug:slug>/", views.page, name="page"),
    path("toegankelijkheid/", views.fixed_page, {"slug": "toegankelijkheid"}, name="accessibility"),
    path("privacy/", views.fixed_page, {"slug": "privacy"}, name="privacy"),
    path("contact/", views.fixed_page, {"slug": "contact"}, name="contact"),
]
