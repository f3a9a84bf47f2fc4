"""The rows: plain SQLAlchemy, without Flask. Importing this package fills ``Base.metadata``."""

from service.models.base import SCHEMA, Base, UtcDateTime
from service.models.billing import Charge, Invoice, InvoiceLine, InvoiceSeries
from service.models.incoming import IncomingMail, MailboxState
from service.models.message import BulkMail, Message, MessageSource
from service.models.organiser import ApiToken, Organiser, SignInLink, Staff, StaffRole, StaffSession
from service.models.record import Heartbeat, History, IdempotencyKey, RateLimit, Reminded
from service.models.registration import CheckIn, LateRequest, Registration, Transfer
from service.models.study_day import StudyDay

__all__ = [
    "SCHEMA",
    "ApiToken",
    "Base",
    "BulkMail",
    "Charge",
    "CheckIn",
    "Heartbeat",
    "History",
    "IdempotencyKey",
    "IncomingMail",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "LateRequest",
    "MailboxState",
    "Message",
    "MessageSource",
    "Organiser",
    "RateLimit",
    "Registration",
    "Reminded",
    "SignInLink",
    "Staff",
    "StaffRole",
    "StaffSession",
    "StudyDay",
    "Transfer",
    "UtcDateTime",
]
