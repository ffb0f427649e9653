from django.db import migrations, models


class Migration(migrations.Migration):
    """What the figures count. Listings of before have none yet: `algorithms.apps` makes them anew after `migrate`."""

    dependencies = [("algorithms", "0005_search")]

    operations = [
        migrations.AddField("listing", "begin_year", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "listing",
            "completeness",
            models.PositiveSmallIntegerField(null=True, help_text="0 to 100, see algorithms/hints/completeness.py"),
        ),
        migrations.AddIndex(
            "listing",
            models.Index(
                fields=["organization_slug", "completeness", "begin_year", "version", "publication"],
                name="listing_figures",
            ),
        ),
        migrations.RemoveIndex("publication", "publication_moment"),
        migrations.AddIndex(
            "publication",
            models.Index(fields=["published_at", "action", "version", "sequence"], name="publication_moment"),
        ),
    ]
