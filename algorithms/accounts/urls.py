"""Addresses below /beheer/account/: those of allauth that we offer, under allauth's own names."""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path

from algorithms.accounts import city, views

urlpatterns = [
    path("aanmelden/", account.login, name="account_login"),
    path("afmelden/", account.logout, name="account_logout"),
    path("inactief/", account.account_inactive, name="account_inactive"),
    path("opnieuw/", account.reauthenticate, name="account_reauthenticate"),
    path("wachtwoord/", account.password_change, name="account_change_password"),
    path("wachtwoord/kiezen/", login_required(views.no_second_door), name="account_set_password"),
    path("wachtwoord/vergeten/", account.password_reset, name="account_reset_password"),
    path("wachtwoord/vergeten/verstuurd/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^wachtwoord/nieuw/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "wachtwoord/nieuw/klaar/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("tweede-stap/", include("allauth.mfa.urls")),
    path("oidc/<slug:provider_id>/login/", city.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", city.callback, name="openid_connect_callback"),
    path("oidc/geannuleerd/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("oidc/fout/", social.login_error, name="socialaccount_login_error"),
]
