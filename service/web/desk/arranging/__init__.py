"""The form of a study day: from its row to fields, from fields to the schema that the API uses, and what has changed.

A form is flat: fields by dotted names, those of a schema's errors (``title.nl``, ``sessions.0.room``). Rows that were
left empty, or ticked to be removed, are passed over; ``rows`` knows which are shown.
"""
