"""A publication is frozen, numbered without gaps, and never changed."""

from algorithms import publishing
from algorithms.models import Listing, Publication


def test_publishing_an_unchanged_record_makes_no_version(publish_algorithm):
    algorithm = publish_algorithm()
    assert publishing.publish(algorithm).action == "unchanged"
    assert Publication.objects.count() == 1
    assert Listing.objects.get().version == 1
