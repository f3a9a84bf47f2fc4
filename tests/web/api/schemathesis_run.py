"""Schemathesis against our OpenAPI document, in one process: examples, edges, random requests and chains of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

DOCUMENT = "/api/v1/openapi.json"
LIKELY = 0.8
FEW = 50
"""Below that many examples the edges of a study day are tried in making one only, not in changing one as well."""


@dataclass
class Outcome:
    """What a run has seen: answers by status, and what was wrong, each once with how often."""

    statuses: Counter[int] = field(default_factory=Counter)
    by_call: Counter[tuple[str, int]] = field(default_factory=Counter)
    checks: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    samples: dict[str, str] = field(default_factory=dict)

    def read(self, event: ScenarioFinished) -> None:
        """Count what one scenario did."""
        for case_id, interaction in event.recorder.interactions.items():
            if interaction.response is not None:
                status = interaction.response.status_code
                self.statuses[status] += 1
                case = event.recorder.cases.get(case_id)
                self.by_call[case.value.operation.label if case else "?", status] += 1
        for case_id, checks in event.recorder.checks.items():
            self.checks += len(checks)
            for check in checks:
                if check.status is not Status.FAILURE or check.failure_info is None:
                    continue
                what = f"{event.recorder.label}: {check.name}: {check.failure_info.failure.title}"
                self.failures[what] += 1
                seen = event.recorder.interactions.get(case_id)
                said = seen.response.content[:600] if seen is not None and seen.response is not None else b""
                message = check.failure_info.failure.message[:600]
                self.samples.setdefault(what, f"{message}\n{check.failure_info.code_sample[:1200]}\n{said!r}")


def configuration(*, seed: int, examples: int, token: str, values: dict[str, list[Any]]) -> SchemathesisConfig:
    """All phases and all checks but one. ``values``: what mostly stands in paths and bodies, since it is there.

    422 is no failure of valid data: that limits stand in order, a document cannot say. ``ignored_auth`` cannot run in
    one process (the tool hands an argument of ``requests`` to the WSGI client); test_access.py does its work.
    """
    short = examples < FEW
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "workers": 1,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "dictionaries": {name: {"values": known} for name, known in values.items()},
            "parameters": {name: {"dictionary": name, "probability": LIKELY} for name in values},
            "auth": {"openapi": {"token": {"bearer": token}}},
            "generation": {"max-examples": examples, "no-shrink": True},
            "operations": [{"include-operation-id": "edit_study_day", "phases": {"coverage": {"enabled": not short}}}],
            "checks": {
                "ignored_auth": {"enabled": False},
                "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422", "429"]},
            },
        }
    )


def run(app: Flask, config: SchemathesisConfig) -> Outcome:
    """Try everything; errors of the tool itself are failures too."""
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app, config=config)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            outcome.read(event)
        elif isinstance(event, NonFatalError):
            print(
                event.info.title,
                event.info.message,
                event.info.traceback if hasattr(event.info, "traceback") else "",
                event.info._error if hasattr(event.info, "_error") else "",
            )
            outcome.failures[f"error: {event.info.title}: {event.info.message}"] += 1
        elif isinstance(event, FatalError):
            raise event.exception
    return outcome
