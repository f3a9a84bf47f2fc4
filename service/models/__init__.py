"""The rows: plain SQLAlchemy, without Flask. Importing this package fills ``Base.metadata``."""

from service.models.base import SCHEMA, Base, UtcDateTime
from service.models.billing import Charge, Invoice, InvoiceLine, InvoiceSeries
from service.models.message import Message, MessageSource
from service.models.organiser import ApiToken, Organiser, SignInLink, Staff, StaffRole, StaffSession
from service.models.record import Heartbeat, History, IdempotencyKey, RateLimit
from service.models.registration import CheckIn, LateRequest, Registration, Transfer
from service.models.study_day import StudyDay

__all__ = [
    "SCHEMA",
    "ApiToken",
    "Base",
    "Charge",
    "CheckIn",
    "Heartbeat",
    "History",
    "IdempotencyKey",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "LateRequest",
    "Message",
    "MessageSource",
    "Organiser",
    "RateLimit",
    "Registration",
    "SignInLink",
    "Staff",
    "StaffRole",
    "StaffSession",
    "StudyDay",
    "Transfer",
    "UtcDateTime",
]
