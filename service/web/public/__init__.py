"""What everybody may see and do: study days, feeds, the sign-up, the late request. No cookie, no script."""

from service.web.public.day_file import day_file
from service.web.public.days import days
from service.web.public.feeds import feeds
from service.web.public.late_requests import late_requests
from service.web.public.problem_pages import problem_pages
from service.web.public.sign_up import sign_up

PAGES = (days, day_file, feeds, sign_up, late_requests, problem_pages)
