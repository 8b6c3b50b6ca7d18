"""The login service as an authentication backend of Django."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.dateparse import parse_datetime

# When each user last logged out everywhere, by their ids at the Token Server. In production a field of your user model.
sessions_since = {}


class ServiceUnavailable(Exception):
    """The login service does not answer, or not as it should."""


def connect_to_service():
    """Connects to the first internal port that takes a connection. No call has been sent to the others."""
    for service in map(urlsplit, settings.LOGIN_SERVICES):
        # It knows no proxy of the environment, and follows no redirect, because the calls have the secret.
        connection_class = HTTPSConnection if service.scheme == "https" else HTTPConnection
        connection = connection_class(service.hostname, service.port, timeout=2)
        try:
            connection.connect()
        except OSError:
            continue
        connection.sock.settimeout(5)
        return connection
    raise ServiceUnavailable("No internal port takes a connection")


def call_service(method, path, body=None):
    """Calls an internal port, once. Returns the answer's JSON, {} for 204 and None for 404."""
    headers = {"Authorization": f"Bearer {settings.LOGIN_SECRET}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    try:
        with closing(connect_to_service()) as connection:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            if answer.status == 404:
                return None
            if answer.status == 204:
                return {}
            if answer.status != 200:
                raise ServiceUnavailable(answer.status)
            return json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise ServiceUnavailable from error


class OtpLoginBackend(ModelBackend):
    def authenticate(self, request, ticket=None):
        if ticket is None:
            return None
        # A ticket works once, and only with the cookies of the browser that began the login.
        login = call_service("POST", "/redeem", {"ticket": ticket, "cookie": request.headers.get("Cookie")})
        if login is None:
            return None
        # A site that does not take everybody who is enrolled looks its user up, and returns None for others.
        # In one step: a change of the password would end the sessions that other first logins of the user have begun meanwhile.
        new = {"password": make_password(None)}  # no password fits
        user, _created = get_user_model().objects.get_or_create(username=login["user_id"], defaults=new)
        # After the user is read: a "log out everywhere" at this moment either stands here, or has ended the session that follows.
        is_too_old = is_revoked(login["user_id"], login["login"]["approved_at"])
        if is_too_old or not self.user_can_authenticate(user):
            return None
        request.otp_cookies = login.get("set_cookie", [])  # for `send_cookies`: there is no answer here
        return user


def is_revoked(user_id, approved_at):
    """Whether the user has logged out everywhere since the phone accepted."""
    return user_id in sessions_since and parse_datetime(approved_at) <= sessions_since[user_id]


def log_out_everywhere(user):
    """Ends all sessions of the user."""
    sessions_since[user.get_username()] = timezone.now()
    # Another one that nothing fits: Django ends the sessions that began with the one before. For users with real
    # passwords delete their sessions from the table instead.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    # With the service's `pairing` each of the user's browsers asks for the number again.
    call_service("POST", "/forget-browsers", {"user_id": user.get_username()})


def send_cookies(get_response):
    """A middleware: with the service's `pairing`, cookies make the browser known to the user that has logged in."""

    def middleware(request):
        response = get_response(request)
        # Only where the view has taken the login.
        if getattr(request, "otp_cookies", None) and request.user.is_authenticated:
            for cookie in request.otp_cookies:
                # A response has one header of a name, so set it as a cookie.
                response.cookies.load(cookie)
        return response

    return middleware
