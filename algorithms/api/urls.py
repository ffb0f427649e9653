"""Addresses below /api/v1, without trailing slash (DESIGN §4). What is not here is a 404 problem."""

from django.urls import path, re_path

from algorithms.api import views

LARS = r"(?P<lars>[0-9]{8})"

app_name = "api"
urlpatterns = [
    path("openapi.json", views.OpenApi.as_view(), name="openapi"),
    path("algoritmes", views.AlgorithmList.as_view(), name="algorithm-list"),
    re_path(rf"^algoritmes/{LARS}\Z", views.AlgorithmDetail.as_view(), name="algorithm-detail"),
    re_path(rf"^algoritmes/{LARS}/versies\Z", views.VersionList.as_view(), name="version-list"),
    re_path(
        rf"^algoritmes/{LARS}/versies/(?P<version>[1-9][0-9]{{0,8}})\Z",
        views.VersionDetail.as_view(),
        name="version-detail",
    ),
    path("wijzigingen", views.LogList.as_view(), name="log-list"),
    path("wijzigingen/kop", views.LogHead.as_view(), name="log-head"),
    path("organisaties", views.OrganizationList.as_view(), name="organization-list"),
    path("paginas", views.PageList.as_view(), name="page-list"),
    path("paginas/<slug:slug>", views.PageDetail.as_view(), name="page-detail"),
]
