from pathlib import Path
from urllib.parse import quote, urlsplit

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from . import otp_login
from .otp_login import ServiceUnavailable, call_service


def protect(get_response):
    """A middleware: no page is kept by browsers or framed by other pages."""

    def middleware(request):
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return response

    return middleware


@require_GET
def home(request):
    return redirect("/account")


@require_GET
def login_page(request):
    return render(request, "login.html")


@require_GET
def return_to_script(request):
    # Beside other static files of your own it is one of them.
    return HttpResponse((Path(__file__).parent / "return-to.js").read_bytes(), "text/javascript")


def next_page(request):
    """The page that was asked for. Anybody can name one, so it counts only if it is a path of this site."""
    page = request.GET.get("next", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    # An encoded slash would be one for a server that decodes the path once more.
    return page if is_ours and "%" not in urlsplit(page).path else "/account"


@require_GET
def log_in(request):
    try:
        user = authenticate(request, ticket=request.GET.get("ticket", ""))
    except ServiceUnavailable:
        return render(request, "login.html", {"message": "Logging in does not work at the moment."}, status=503)
    if user is None:
        return redirect(f"/login?next={quote(next_page(request))}")
    request.session.flush()  # login() keeps what a session without a user holds
    login(request, user)
    return redirect(next_page(request))


@require_GET
@login_required  # sends others to LOGIN_URL, with the page in ?next=
def account(request):
    return render(request, "account.html")


@require_POST
def log_out(request):
    logout(request)  # CsrfViewMiddleware has refused the requests of other sites
    response = redirect("/login")
    try:
        forget = call_service("GET", "/forget")["headers"]
    except ServiceUnavailable:
        return response
    # Django's own cookies are apart from the headers, and a response has one header of a name: so set it as a cookie.
    for _name, cookie in forget:
        response.cookies.load(cookie)
    return response


@require_POST
@login_required
def log_out_everywhere(request):
    try:
        otp_login.log_out_everywhere(request.user)
    except ServiceUnavailable:
        message = "You are logged out everywhere, but your browsers are still known. Log in and try again."
        return render(request, "login.html", {"message": message}, status=503)
    return log_out(request)
