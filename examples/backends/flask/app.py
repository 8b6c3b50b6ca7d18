"""A site with Flask and the login service. Its login page has its code from the first paint on."""

import json
import os
import re
import secrets
from contextlib import closing
from datetime import datetime, timedelta, timezone
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from flask import Flask, abort, make_response, redirect, render_template, request, session
from werkzeug.middleware.proxy_fix import ProxyFix

ORIGIN = os.environ.get("ORIGIN", "http://localhost:8000")
SERVICES = re.split(", *", os.environ.get("LOGIN_SERVICE", "http://127.0.0.1:8081"))
# Of two, the first: docs/rotating-secrets.md of the package.
SECRET = os.environ["ONEGINI_LOGIN_INTERNAL_SECRET"].split(",")[0]
IS_HTTPS = ORIGIN.startswith("https:")

app = Flask(__name__)
app.config.update(
    # Signs the session's cookie. With a random one, a restart logs everybody out.
    SECRET_KEY=os.environ.get("SESSION_SECRET") or secrets.token_hex(32),
    SESSION_COOKIE_NAME="__Host-session" if IS_HTTPS else "session",
    SESSION_COOKIE_SECURE=IS_HTTPS,
    SESSION_COOKIE_SAMESITE="Lax",
    PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
    SESSION_REFRESH_EACH_REQUEST=False,
)
# One proxy stands in front: request.remote_addr is the browser's address.
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)

# Flask keeps the session in its cookie, so a copy of the cookie would outlive the log-out. In production keep these where
# all processes see them, for the eight hours of a session.
ended_attempts = set()
# When each user last logged out everywhere. In production keep it with your users.
sessions_since = {}


def connect_to_service():
    """Connects to the first internal port that takes a connection. No call has been sent to the others."""
    for service in map(urlsplit, SERVICES):
        # It knows no proxy of the environment, and follows no redirect, because the calls have the secret.
        connection_class = HTTPSConnection if service.scheme == "https" else HTTPConnection
        connection = connection_class(service.hostname, service.port, timeout=2)
        try:
            connection.connect()
        except OSError:
            continue
        connection.sock.settimeout(5)
        return connection
    raise ConnectionError("No internal port takes a connection")


def call_service(method, path, body=None):
    """Calls an internal port, once. Returns the status and the answer's JSON, and 503 where there is no answer."""
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    try:
        with closing(connect_to_service()) as connection:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return answer.status, json.load(answer) if answer.status == 200 else {}
    except (OSError, HTTPException, ValueError):
        return 503, {}


@app.after_request
def protect(response):
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


@app.get("/")
def home():
    return redirect("/account", 303)


@app.get("/login")
def login():
    # The login begins together with the page, so that its code can be scanned before any script has run.
    wanted = "cookie user-agent accept-language sec-purpose purpose sec-fetch-site sec-fetch-dest".split()
    headers = {name: request.headers[name] for name in wanted if name in request.headers}
    # As the browser shows it: the proxy in front sets both headers. Where such a page may not call, nothing begins.
    page_url = f"{request.headers.get('X-Forwarded-Proto', request.scheme)}://{request.host}{request.path}"
    body = {"headers": headers, "address": request.remote_addr, "page_url": page_url}
    status, begun = call_service("POST", "/begin", body)
    if status != 200:
        return render_template("login.html")  # the element begins by itself
    response = make_response(render_template("login.html", begun=begun))
    for name, value in begun["headers"]:
        response.headers.add(name, value)
    return response


def next_page():
    """The page that was asked for. Anybody can name one, so it counts only if it is a path of this site."""
    page = request.args.get("next", "")
    return page if re.fullmatch(r"/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\?[!-~]{0,1000})?", page) else "/account"


# #region redeem
@app.get("/login/otp")
def log_in():
    body = {"ticket": request.args.get("ticket", ""), "cookie": request.headers.get("Cookie")}
    status, login = call_service("POST", "/redeem", body)
# #endregion redeem
    if status not in (200, 404):
        return render_template("login.html", message="Logging in does not work at the moment."), 503
    # 404: unknown, used, too old, or another browser's.
    if status == 404 or is_revoked(login["user_id"], login["login"]["approved_at"]):
        return redirect(f"/login?next={quote(next_page())}", 303)
# #region redeem
    end_session()
    session.permanent = True
    session.update(user=login["user_id"], attempt=login["attempt"], approved_at=login["login"]["approved_at"])
    response = redirect(next_page(), 303)
    # With the service's `pairing` they make this browser known to the user. So only with a login that the site takes.
    for cookie in login.get("set_cookie", []):
        response.headers.add("Set-Cookie", cookie)
    return response
# #endregion redeem


def is_revoked(user, approved_at):
    """Whether the user has logged out everywhere since the phone accepted."""
    return user in sessions_since and datetime.fromisoformat(approved_at) <= sessions_since[user]


def end_session():
    """Ends the session, also in copies of its cookie."""
    if "attempt" in session:
        ended_attempts.add(session["attempt"])
    session.clear()


def is_logged_in():
    return (
        "approved_at" in session
        and session["attempt"] not in ended_attempts
        and not is_revoked(session["user"], session["approved_at"])
    )


@app.get("/account")
def account():
    if not is_logged_in():
        return redirect("/login?next=" + quote(request.full_path.rstrip("?"), safe=""), 303)
    return render_template("account.html", user=session["user"])


@app.post("/logout")
def log_out():
    check_origin()
    end_session()
    response = redirect("/login", 303)
    _status, forget = call_service("GET", "/forget")
    for name, value in forget.get("headers", []):
        response.headers.add(name, value)
    return response


@app.post("/logout-everywhere")
def log_out_everywhere():
    check_origin()
    if is_logged_in():
        user = session["user"]
        sessions_since[user] = datetime.now(timezone.utc)
        # With the service's `pairing` each of the user's browsers asks for the number again.
        status, _nothing = call_service("POST", "/forget-browsers", {"user_id": user})
        if status != 204:
            message = "You are logged out everywhere, but your browsers are still known. Log in and try again."
            return render_template("login.html", message=message), 503
    return log_out()


def check_origin():
    """Browsers send it with each POST. A form of another site must not log anybody out."""
    if request.headers.get("Origin") != ORIGIN:
        abort(403)
