from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import override

from algorithms import document
from algorithms.models import Algorithm, Organization, Publication, Template
from importers import loader, readers
from importers.report import Report

FIXTURES = Path(settings.BASE_DIR) / "fixtures"


class Command(BaseCommand):
    help = (
        "Vult een leeg register met de voorbeelden uit fixtures/, en publiceert die. Een register met inhoud blijft "
        "zoals het is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            if any(model.objects.exists() for model in (Algorithm, Organization, Publication)):
                self.stdout.write("Het register heeft al inhoud; de voorbeelden zijn niet geladen.")
                return
            report = Report()
            with override("nl"):
                for path in (
                    FIXTURES / "organizations.json",
                    *sorted((FIXTURES / "records").glob("*.json")),
                ):
                    reading = readers.read(path.read_bytes(), path.name)
                    report.begin(path.name, reading)
                    loader.load(reading, report, publish=True, note="Eerste publicatie in dit register.")
            if report.refused:
                raise CommandError(f"De voorbeelden zijn niet geladen: {report.refused}")
            templates = json.loads((FIXTURES / "templates.json").read_text(encoding="utf-8"))["templates"]
            for given in templates:
                texts = document.canonical(document.clean(given["document"]))
                Template.objects.create(name=given["name"], about=given["about"], document=texts)
        self.stdout.write(f"{len(report.records)} voorbeelden gepubliceerd.")
