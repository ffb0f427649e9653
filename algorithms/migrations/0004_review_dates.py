from datetime import timedelta

from django.db import migrations


def fill(apps, schema_editor):
    """Give what was published before there were review dates the usual one: a year after its publication."""
    algorithms = apps.get_model("algorithms", "Algorithm").objects.filter(review_date=None)
    for lars, moment in apps.get_model("algorithms", "Listing").objects.values_list("lars", "published_at"):
        algorithms.filter(lars=lars).update(review_date=(moment + timedelta(days=365)).date())


class Migration(migrations.Migration):
    dependencies = [("algorithms", "0003_login_limits")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
