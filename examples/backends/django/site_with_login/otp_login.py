"""The login service as an authentication backend of Django."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password

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
    """Calls an internal port, once. Returns the answer's JSON, and None for 404."""
    headers = {"Authorization": f"Bearer {settings.LOGIN_SECRET}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    try:
        with closing(connect_to_service()) as connection:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            if answer.status == 404:
                return None
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
        return user if self.user_can_authenticate(user) else None
