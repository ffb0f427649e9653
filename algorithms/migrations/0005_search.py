import json
from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from algorithms.models import fulltext

SYNONYMS = Path(__file__).resolve().parents[2] / "fixtures" / "synonyms.json"


def seed(apps, schema_editor):
    """Give a register that has no synonyms those that any municipality needs; whoever keeps it changes them."""
    synonyms = apps.get_model("algorithms", "Synonym")
    if not synonyms.objects.exists():
        groups = json.loads(SYNONYMS.read_text(encoding="utf-8"))["synonyms"]
        synonyms.objects.bulk_create(synonyms(words=group["words"]) for group in groups)


def take_down(apps, schema_editor):
    """Take away what stands beside the tables (`models/fulltext.py`); with the tables the words go."""
    fulltext.take_down(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("algorithms", "0004_review_dates")]

    operations = [
        migrations.AddField("head", "index_maker", models.CharField(blank=True, max_length=64, default="")),
        migrations.CreateModel(
            name="SearchToken",
            fields=[
                ("token", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("stems", models.TextField()),
            ],
            options={"verbose_name": "zoekwoord", "verbose_name_plural": "zoekwoorden"},
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        db_column="sequence",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="algorithms.listing",
                    ),
                ),
                ("tokens", models.TextField()),
                ("texts", models.TextField()),
            ],
            options={"verbose_name": "zoekregel", "verbose_name_plural": "zoekregels"},
        ),
        migrations.RunPython(seed, take_down),
    ]
