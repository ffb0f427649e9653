from django.core.management import call_command
from django.db import migrations

TABLE = "login_limits"  # settings.CACHES


def make(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def remove(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("algorithms", "0002_authoring_roles_and_workflow")]

    operations = [migrations.RunPython(make, remove)]
