"""Studiedag: registrations for study days, from the sign-up to the no-show fee.

The rooms, in the order in which a registration passes through them:

    web        forms, pages, desk and API: one marshmallow schema per command, one transaction per request
    cli        the same commands for a terminal
    usecases   verbs (register, cancel, admit, check in, sign off, invoice): rules + rows + messages
    domain     the rules themselves: values in, values out; no framework, no clock
    models     the rows
    mail       outbox (the only door for mail), worker, transport; incoming: the mailbox, and the process that parses
    letters    facts -> subject, text, HTML and calendar object
    finance    rows -> files for accountants
    reports    SELECT-only rows for pages, API and exports
    wording    dates, limits and money as sentences in five languages
    locale     the catalogues

Imports run one way: cli -> app -> web | mail.worker -> extensions -> finance -> usecases | reports -> mail.outbox
-> models | letters -> wording -> domain | locale | settings. import-linter holds it.
"""
