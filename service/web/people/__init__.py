"""People on the desk: registrations, late requests, the door, the sign-off and the charges that follow from it."""

from service.web.people.cancelling import cancelling_pages
from service.web.people.charges import charge_pages
from service.web.people.door import door_pages
from service.web.people.late_requests import late_request_pages
from service.web.people.registrations import registration_pages
from service.web.people.sign_off import sign_off_pages

PAGES = (registration_pages, cancelling_pages, late_request_pages, door_pages, sign_off_pages, charge_pages)
