"""The desk: what organisers see and do (contract: pages for staff)."""

from service.web.desk.arrange import arrange_pages
from service.web.desk.history import history_pages
from service.web.desk.letters import letter_pages
from service.web.desk.mailbox import mailbox_pages
from service.web.desk.mails import mail_pages
from service.web.desk.opening import opening_pages
from service.web.desk.overview import overview_pages
from service.web.desk.to_many import to_many_pages

PAGES = (
    overview_pages,
    arrange_pages,
    opening_pages,
    history_pages,
    mail_pages,
    mailbox_pages,
    letter_pages,
    to_many_pages,
)
