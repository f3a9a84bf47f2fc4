"""Finance: what is owed, what can be invoiced, and the invoices; money and names, nothing else of anybody."""

from service.web.finance.invoices import invoice_pages
from service.web.finance.study_days import finance_pages

PAGES = (finance_pages, invoice_pages)
