"""The login service as an authentication backend of Django."""

import json
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

# The secret goes to this address, never to a proxy of the environment.
opener = build_opener(ProxyHandler({}))


class ServiceUnavailable(Exception):
    """The login service does not answer, or not as it should."""


def call_service(method, path, body=None):
    """Calls the internal port. Returns the answer's JSON, and None for 404."""
    headers = {"Authorization": f"Bearer {settings.LOGIN_SECRET}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    call = Request(settings.LOGIN_SERVICE + path, data, headers, method=method)
    try:
        with opener.open(call, timeout=5) as answer:
            return json.load(answer)
    except HTTPError as error:
        if error.code == 404:
            return None
        raise ServiceUnavailable from error
    except (OSError, ValueError) as error:
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
        user, created = get_user_model().objects.get_or_create(username=login["user_id"])
        if created:
            user.set_unusable_password()
            user.save()
        return user if self.user_can_authenticate(user) else None
