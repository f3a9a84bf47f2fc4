"""One function per mail: facts -> Letter(subject, text, html, calendar). No clock, no database, no transport."""
