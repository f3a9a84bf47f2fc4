"""The invoices: a list by year, and the same as a file for Excel. Downloading marks nothing and can be repeated."""

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from service.domain.refusals import InvalidInput
from service.domain.roles import Role
from service.extensions import db
from service.finance.sheets import invoices_csv
from service.reports.invoices import Wanted, all_invoices, invoices, years
from service.reports.paging import Slice
from service.web.download import download
from service.web.security import own_day, signed_in, staff_only
from service.web.staff.frame import Link, page
from service.web.staff.words import Words

HERE: Final = "/finance/invoices"

invoice_pages = Blueprint("finance_invoices", __name__, url_prefix="/finance")


@invoice_pages.get("/invoices")
@staff_only(Role.FINANCE)
def listing() -> str:
    """The latest first, a page at a time; ``year`` shows only those."""
    wanted, who = _wanted(), signed_in()
    part = Slice(cursor=request.args.get("cursor") or None, newest_first=True)
    found = invoices(db.session(), wanted, part)
    every_year = years(db.session(), wanted.organiser_ids)
    filters = [Link(_address(HERE, year=year), str(year), year == wanted.year) for year in every_year]
    return page(
        "pages/finance/invoices.html",
        invoices=found.items,
        everything=Link(HERE, "", wanted.year is None),
        filters=filters,
        sheet=_address(f"{HERE}.csv", year=wanted.year),
        following=_address(HERE, year=wanted.year, cursor=found.next) if found.next else "",
        say=Words(who.language),
    )


@invoice_pages.get("/invoices.csv")
@staff_only(Role.FINANCE)
def export() -> Response:
    """Those of a study day, of a year, or all that may be seen."""
    wanted = _wanted()
    named = request.args.get("study_day") or wanted.year or "all"
    return download(invoices_csv(all_invoices(db.session(), wanted), signed_in().language), f"invoices-{named}.csv")


def _wanted() -> Wanted:
    """What the address asks for, within what the one signed in may see.

    :raises NotFound, NotAllowed: the study day is not theirs to invoice.
    :raises InvalidInput: that is no year.
    """
    slug, year = request.args.get("study_day"), request.args.get("year") or None
    if year is not None and not (year.isascii() and year.isdigit() and len(year) == len("2023")):
        raise InvalidInput({"year": "not-a-number"})
    number = int(year) if year else None
    if slug:
        day = own_day(slug, Role.FINANCE)
        return Wanted([day.organiser_id], study_day_id=day.id, year=number)
    return Wanted(signed_in().organisers(Role.FINANCE), year=number)


def _address(path: str, **values: object) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path
