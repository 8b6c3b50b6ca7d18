import os
import re
import secrets
from pathlib import Path

ORIGIN = os.environ.get("ORIGIN", "http://localhost:8000")
LOGIN_SERVICES = re.split(", *", os.environ.get("LOGIN_SERVICE", "http://127.0.0.1:8081"))
# Of two, the first: docs/rotating-secrets.md of the package.
LOGIN_SECRET = os.environ["ONEGINI_LOGIN_INTERNAL_SECRET"].split(",")[0]
IS_HTTPS = ORIGIN.startswith("https:")

# With a random one, a restart logs everybody out.
SECRET_KEY = os.environ.get("SESSION_SECRET") or secrets.token_hex(32)
ALLOWED_HOSTS = [ORIGIN.split("://")[1].split(":")[0]]
ROOT_URLCONF = "site_with_login.urls"
USE_TZ = True

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "site_with_login.otp_login.send_cookies",
    "site_with_login.views.protect",
]
AUTHENTICATION_BACKENDS = ["site_with_login.otp_login.OtpLoginBackend"]
LOGIN_URL = "/login"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE", Path(__file__).parents[1] / "db.sqlite3"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

# Django's session cookie is HttpOnly and SameSite=Lax.
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 8 * 3600
CSRF_USE_SESSIONS = True
# The proxy in front sets this header, and removes one that a client sends.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
