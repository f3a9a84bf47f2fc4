"""How staff come in: a one-time link by mail, opened by a button, since mail scanners follow links; no password."""

from flask import Blueprint, Response, g, request

from service.domain.refusals import InvalidInput, NotFound
from service.transaction import transaction
from service.usecases.application import folded
from service.usecases.staff import mail_sign_in_link, sign_in, sign_out
from service.web.clock import now
from service.web.forms import load, words
from service.web.guards import client_address, require_own_form
from service.web.limits import GUESSES_PER_CLIENT, LINKS_PER_ADDRESS, LINKS_PER_CLIENT, count_attempt
from service.web.rendering import preferred_language, render
from service.web.schemas import SignInSchema
from service.web.security import COOKIE, SIGN_IN, principal, set_cookie

DESK = "/desk/"

sign_in_pages = Blueprint("sign_in", __name__, url_prefix="/desk")


@sign_in_pages.get("/sign-in")
def ask() -> Response | str:
    """The form, or the desk for who is in already."""
    if principal() is not None:
        return Response(status=303, headers={"Location": DESK})
    return render("pages/sign/ask.html", preferred_language(), values={}, errors={})


@sign_in_pages.post("/sign-in")
def send() -> str | tuple[str, int]:
    """Mail a link; the answer is the same whether the address belongs to anybody or not."""
    require_own_form()
    language = preferred_language()
    try:
        email = str(load(SignInSchema(), request.form)["email"])
    except InvalidInput as refusal:
        errors = words(refusal.fields, language)
        return render("pages/sign/ask.html", language, values=request.form, errors=errors), 422
    count_attempt(LINKS_PER_CLIENT, "links", str(client_address()))
    count_attempt(LINKS_PER_ADDRESS, "links", folded(email))
    with transaction() as session:
        mail_sign_in_link(session, email, now=now())
    return render("pages/sign/sent.html", language, email=email)


@sign_in_pages.get("/sign-in/<token>")
def show(token: str) -> str:
    """A button; nothing happens by looking."""
    g.language = preferred_language()
    return render("pages/sign/open.html", g.language, token=token)


@sign_in_pages.post("/sign-in/<token>")
def use(token: str) -> Response:
    """Use the link: once, for half an hour. Wrong ones are counted, so that nobody can try many."""
    require_own_form()
    try:
        with transaction() as session:
            cookie = sign_in(session, token, now=now())
    except NotFound:
        count_attempt(GUESSES_PER_CLIENT, "guesses", str(client_address()))
        raise
    response = Response(status=303, headers={"Location": DESK})
    set_cookie(response, cookie)
    return response


@sign_in_pages.post("/sign-out")
def leave() -> Response:
    """End the session, here and on the server."""
    require_own_form()
    with transaction() as session:
        sign_out(session, request.cookies.get(COOKIE, ""), now=now())
    response = Response(status=303, headers={"Location": SIGN_IN})
    response.delete_cookie(COOKIE)
    return response
