"""The files below /open-data/; the page /open-data/ itself is in `algorithms.public.urls`."""

from django.urls import path

from algorithms.exports import figures, views

app_name = "exports"
urlpatterns = [
    *(path(name, views.download, {"name": name}, name=name) for name in views.FILES),
    path("cijfers/<slug:name>.csv", figures.download, name="figures"),
]
