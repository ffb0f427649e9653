import json
from pathlib import Path

from django.db import migrations

PAGES = Path(__file__).resolve().parents[2] / "fixtures" / "pages.json"


def seed(apps, schema_editor):
    """Give a register the pages it does not have yet: texts that hold for any municipality, to change in the admin.

    The fixture is clean already (tests/test_pages.py): a model of a migration does not clean what it saves.
    """
    pages = apps.get_model("algorithms", "Page")
    known = set(pages.objects.values_list("slug", flat=True))
    given = json.loads(PAGES.read_text(encoding="utf-8"))["pages"]
    pages.objects.bulk_create(pages(**page) for page in given if page["slug"] not in known)


class Migration(migrations.Migration):
    dependencies = [("algorithms", "0006_listing_figures")]

    # Backwards nothing is taken away: by then the texts are the city's own.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
