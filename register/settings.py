"""All settings, each from the environment and safe when forgotten. README.md lists them.

What a start needs lives in DATA_DIR (database, secret key), which can be copied whole when the register is stopped.
"""

import hashlib
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from algorithms.accounts import notation
from register.environment import env, env_addresses, env_bool, env_int, env_links, env_list, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(BASE_DIR, env("DATA_DIR") or "var")  # a relative path is taken from the checkout
DATA_DIR.mkdir(parents=True, exist_ok=True)

BULK_DIR = DATA_DIR / "open-data"  # bulk files, made from the log and remade when it grows

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
BEHIND_TLS = env_bool("BEHIND_TLS", False)  # a proxy in front ends TLS and sets X-Forwarded-Proto
SITE_URL = env("SITE_URL").rstrip("/")  # https://algoritmes.example.nl; empty: links follow the request's host

# What the register is called and whose it is: a city fills these in.
SITE_NAME = env("SITE_NAME", "Algoritmeregister")
SITE_NAME_EN = env("SITE_NAME_EN", "Algorithm register")
SITE_OWNER = env("SITE_OWNER")
# How it looks. THEME_DIR holds a city's own files; the paths below are taken from it, or from static/.
THEME_DIR = env("THEME_DIR")
THEME_CSS = env("THEME_CSS")  # a city's own NL Design System tokens: colours, letters, space
THEME_CLASS = env("THEME_CLASS", "voorbeeld-theme")  # the class that the rules of that sheet begin with
SITE_LOGO = env("SITE_LOGO")
SITE_ICON = env("SITE_ICON", "favicon.svg")
SITE_FOOTER = env("SITE_FOOTER")  # words of the city's own, at the foot of each page
SITE_FOOTER_EN = env("SITE_FOOTER_EN", SITE_FOOTER)
SITE_FOOTER_LINKS = env_links("SITE_FOOTER_LINKS")
API_CONTACT_NAME = env("API_CONTACT_NAME", "Beheerder van het algoritmeregister")
API_CONTACT_EMAIL = env("API_CONTACT_EMAIL", "algoritmeregister@example.org")
SITE_EMAIL = env("API_CONTACT_EMAIL")  # the same for visitors, to whom a placeholder is no help
# Whom to tell about a weak spot, first choice first, and how that is dealt with: /.well-known/security.txt.
SECURITY_CONTACT = env_addresses("SECURITY_CONTACT", f"mailto:{API_CONTACT_EMAIL}", "https://", "mailto:", "tel:")
SECURITY_POLICY = env_addresses("SECURITY_POLICY", "", "https://")

INSTALLED_APPS = [
    "algorithms.accounts.apps.StaffAdmin",  # django.contrib.admin with our own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "django_prose_editor",
    "algorithms.accounts.apps.Accounts",  # allauth.account, below /beheer/ only
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "algorithms",
    "importers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "register.middleware.LanguageFromPath",
    "register.middleware.ApiHeaders",
    "register.middleware.Conditional",
    "django.middleware.common.CommonMiddleware",
    "register.middleware.StaffSession",
    "register.middleware.StaffCsrf",
    "register.middleware.StaffAuthentication",
    "register.middleware.StaffMessages",
    "register.middleware.StaffAccounts",
    "register.middleware.StaffGate",
]

ROOT_URLCONF = "register.urls"
WSGI_APPLICATION = "register.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "algorithms.public.context.site",
                "register.staff.words",
            ],
            "libraries": {"share": "algorithms.public.share"},
        },
    },
]


def _databases() -> dict:
    """Two connections to one database: `default` writes; `reader` is for long reads and cannot write.

    SQLite begins its writing transactions IMMEDIATE, so a second writer waits instead of failing half way; a long read
    through `reader` is deferred and never blocks a writer (write-ahead log).
    """
    url = env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'register.sqlite3'}"
    default = dj_database_url.parse(url, conn_max_age=env_int("CONN_MAX_AGE", 60), conn_health_checks=True)
    reader = default | {"OPTIONS": dict(default.get("OPTIONS", {})), "TEST": {"MIRROR": "default"}}
    if default["ENGINE"] == "django.db.backends.sqlite3":
        common = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        common += "PRAGMA secure_delete=ON;"  # what a redaction empties leaves no bytes in the file
        default["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": common}
        reader["OPTIONS"] = {"timeout": 30, "init_command": common + "PRAGMA query_only=ON;"}
    elif default["ENGINE"] == "django.db.backends.postgresql":
        reader["OPTIONS"] |= {"options": "-c default_transaction_read_only=on"}
    else:
        raise ImproperlyConfigured("DATABASE_URL must be a sqlite:// or postgres:// address.")
    return {"default": default, "reader": reader}


DATABASES = _databases()
READER = "reader"  # alias for long reads; the tests, which run inside one transaction, set "default"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Dutch without prefix, English under /en/ (register.middleware.LanguageFromPath).
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "register.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", *([Path(BASE_DIR, THEME_DIR)] if THEME_DIR else [])]
STATIC_ROOT = Path(BASE_DIR, env("STATIC_ROOT", str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Every page names a file by its hash; a copy under the plain name would only take room, and as long to compress.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Source maps are megabytes that only a developer asks for; to compress the editor's takes longer than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Cookies exist below /beheer/ only.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/beheer/"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "beheer_session", "beheer_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env_int("SESSION_HOURS", 8, least=1) * 3600  # from the log-in on, whatever one does
SESSION_IDLE_MINUTES = env_int("SESSION_IDLE_MINUTES", 60, least=1)  # left alone this long, a log-in ends as well
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # the other one sets a cookie for all paths
CSRF_FAILURE_VIEW = "register.staff.csrf_failure"
LOGIN_URL = "/beheer/login/"
LOGIN_REDIRECT_URL = "/beheer/"
LOGOUT_REDIRECT_URL = "/beheer/account/aanmelden/"

# Log-in (algorithms/accounts): password with a second factor, or the city's own accounts.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
REQUIRE_MFA = env_bool("REQUIRE_MFA", True)  # who has a password has a second factor too
LOGIN_FAILURES = env_int("LOGIN_FAILURES", 5, least=1)  # of one account from one address, before it is locked out
LOGIN_LOCKOUT_MINUTES = env_int("LOGIN_LOCKOUT_MINUTES", 15, least=1)
INVITATION_DAYS = env_int("INVITATION_DAYS", 7, least=1)
PASSWORD_RESET_TIMEOUT = INVITATION_DAYS * 24 * 3600  # the longest of both; a reset lasts an hour (accounts.tokens)
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 1 if BEHIND_TLS else 0)  # ours: each adds to X-Forwarded-For
if "*" in ALLOWED_HOSTS and not SITE_URL:
    raise ImproperlyConfigured("ALLOWED_HOSTS is '*': set SITE_URL too, or anyone chooses the address in our mails.")

ACCOUNT_ADAPTER = "algorithms.accounts.adapters.AccountAdapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BEHIND_TLS else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by a manager, or by the city's log-in service
ACCOUNT_FORMS = {
    "change_password": "algorithms.accounts.forms.ChangePasswordForm",
    "login": "algorithms.accounts.forms.LoginForm",
    "reauthenticate": "algorithms.accounts.forms.PasswordAgainForm",
    "reset_password": "algorithms.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "algorithms.accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "algorithms.accounts.tokens.LinkToken"  # noqa: S105 the name of a class
ACCOUNT_RATE_LIMITS = {"login_failed": f"{LOGIN_FAILURES}/{LOGIN_LOCKOUT_MINUTES}m/key"}  # codes of the second factor
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
MFA_ADAPTER = "algorithms.accounts.adapters.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "algorithms.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "algorithms.accounts.forms.AddWebAuthnForm",
    "authenticate": "algorithms.accounts.forms.AuthenticateForm",
    "authenticate_webauthn": "algorithms.accounts.forms.AuthenticateWebAuthnForm",
    "edit_webauthn": "algorithms.accounts.forms.EditWebAuthnForm",
    "login_webauthn": "algorithms.accounts.forms.LoginWebAuthnForm",
    "reauthenticate": "algorithms.accounts.forms.ReauthenticateForm",
    "reauthenticate_webauthn": "algorithms.accounts.forms.ReauthenticateWebAuthnForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a phone may be half a minute off
SOCIALACCOUNT_ADAPTER = "algorithms.accounts.city.SocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: our content policy lets no form lead to another host

# The city's own accounts (OpenID Connect). An empty OIDC_SERVER_URL: none.
OIDC_SERVER_URL = env("OIDC_SERVER_URL").rstrip("/")
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET")
OIDC_NAME = env("OIDC_NAME")
OIDC_ROLE_CLAIM = env("OIDC_ROLE_CLAIM", "roles")
OIDC_TRUST_EMAIL = env_bool("OIDC_TRUST_EMAIL", False)  # believe a mail address the service says nothing about
OIDC_ONLY = env_bool("OIDC_ONLY", False)  # no log-in by password at all
try:
    OIDC_ROLES = notation.read_table(env("OIDC_ROLES"))
except ValueError as _wrong:
    raise ImproperlyConfigured(f"OIDC_ROLES cannot be used: {_wrong}.") from None
if OIDC_SERVER_URL:
    if not OIDC_SERVER_URL.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise ImproperlyConfigured("OIDC_SERVER_URL must begin with https://.")
    if not OIDC_CLIENT_ID or not OIDC_CLIENT_SECRET:
        raise ImproperlyConfigured("OIDC_SERVER_URL also needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
elif OIDC_ONLY:
    raise ImproperlyConfigured("OIDC_ONLY also needs OIDC_SERVER_URL: else nobody could log in.")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "stad",
                "name": OIDC_NAME or "OpenID Connect",
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL, "oauth_pkce_enabled": True},
            }
        ],
    }
}

# Counts of failed log-ins and codes already used: one table, so that every process knows (a migration makes it).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "login_limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # so many that nobody floods out the count that locks them out
    }
}

# Mail; without a server it is written to the process's output.
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", API_CONTACT_EMAIL)

# How the work on drafts goes.
FOUR_EYES = env_bool("FOUR_EYES", True)  # nobody approves what they wrote last themselves
PREVIEW_DAYS = env_int("PREVIEW_DAYS", 7)  # how long a preview link works

# Care after publication, by the nightly commands.
REMIND_AGAIN_DAYS = env_int("REMIND_AGAIN_DAYS", 30)  # between two reminders of the same review
LINK_CHECK_MINUTES = env_int("LINK_CHECK_MINUTES", 30)  # how long one run of check_links begins new visits
LINK_CHECK_PAUSE = env_int("LINK_CHECK_PAUSE", 1)  # seconds between two requests to one host
# How long `tidy` keeps what was never public; 0 is for ever. The public log is never touched.
DRAFT_HISTORY_DAYS = env_int("DRAFT_HISTORY_DAYS", 0)  # the texts of earlier stages of a draft
STAFF_LOG_DAYS = env_int("STAFF_LOG_DAYS", 0)  # who did what at /beheer/
DRAFT_DAYS = env_int("DRAFT_DAYS", 0)  # drafts that never became public and that nobody touched

if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 63_072_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", True)
    CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
# Our own subclass of the CSRF middleware works below /beheer/, where the forms are; the check looks for Django's name.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # a small icon or logo stands in the page itself: one request fewer
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# A record of 55 fields with 1,000 rows fits; a larger form is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["algorithms.api.responses.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "algorithms.api.responses.OnlyJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "algorithms.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "API van het algoritmeregister",
    "DESCRIPTION": (
        "Alle gepubliceerde algoritmes, met elke versie en een logboek dat iedereen kan narekenen. "
        "Lezen kan zonder sleutel. / All published algorithms, every version, and a log anyone can verify."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "SERVERS": [{"url": f"{SITE_URL}/api/v1", "description": "Productie"}],
    "CONTACT": {
        "name": API_CONTACT_NAME,
        "email": API_CONTACT_EMAIL,
        "url": SITE_URL or "https://example.org/algoritmeregister",
    },
    "LICENSE": {"name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    "POSTPROCESSING_HOOKS": ["algorithms.api.schema.dutch_rules"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
}


def _release() -> str:
    """Return a short id of the code, templates, settings and house style that make the public pages.

    Part of every ETag, so that a new release or a changed setting is seen at once (DESIGN §2).
    """
    digest = hashlib.sha256()
    for folder, patterns in (
        ("algorithms", ("*.py",)),
        ("register", ("*.py",)),
        ("templates", ("*.html", "*.txt", "*.xml", "*.typ")),
        ("static", ("*.css", "*.js", "*.svg")),
        ("locale", ("*.mo",)),
    ):
        for path in sorted(path for pattern in patterns for path in (BASE_DIR / folder).rglob(pattern)):
            digest.update(path.read_bytes())
    if THEME_DIR:  # pages hold its small images and name its sheet by a hash: an old page would ask for what is gone
        for path in sorted(path for path in Path(BASE_DIR, THEME_DIR).rglob("*") if path.is_file()):
            digest.update(path.read_bytes())
    look = (SITE_NAME, SITE_NAME_EN, SITE_OWNER, SITE_LOGO, SITE_ICON, SITE_FOOTER, SITE_FOOTER_EN, SITE_FOOTER_LINKS)
    told = (API_CONTACT_NAME, API_CONTACT_EMAIL, SECURITY_CONTACT, SECURITY_POLICY)
    digest.update(repr((SITE_URL, *look, THEME_DIR, THEME_CSS, THEME_CLASS, *told)).encode())
    return digest.hexdigest()[:12]


RELEASE = env("RELEASE") or _release()
