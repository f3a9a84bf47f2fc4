"""One's own registration, by personal link: no account, no cookie. Looking changes nothing, only forms act."""

from service.web.own import coming, correction, offers, pages, passing_on  # noqa: F401 - each adds its routes
from service.web.own.entry import own

PAGES = (own,)
