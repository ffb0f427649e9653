"""A list of the admin answers what is offered beside it, and no other question about what one may not see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from algorithms.models import Algorithm, Role

pytestmark = pytest.mark.django_db
LIST = "/beheer/algorithms/algorithm/"


@pytest.fixture
def log_in(client):
    def log_in(kind: str, **place) -> User:
        user = User.objects.create_user(f"{kind}{User.objects.count()}", password="geheim-geheim")
        Role.objects.create(user=user, kind=kind, **place)
        client.force_login(user)
        return user

    return log_in


@pytest.mark.parametrize(
    "question",
    [
        "auth/user/?password__startswith=md5",
        "auth/user/?is_superuser__exact=1",
        "algorithms/department/?algorithms=1",
        "algorithms/organization/?roles__isnull=False",
        "algorithms/algorithm/?name__regex=(",
        "algorithms/algorithm/?planned_note__startswith=a",
        "algorithms/algorithm/?edited_by__password__startswith=a",
    ],
)
def test_an_address_asks_nothing_that_no_filter_offers(client, log_in, make_algorithm, question):
    make_algorithm()
    log_in("auditor")
    assert client.get(f"/beheer/{question}").status_code in (400, 302)


def test_the_filters_that_are_offered_work(client, log_in, make_algorithm):
    algorithm = make_algorithm()
    log_in("auditor")
    for question in (
        f"department__id__exact={algorithm.department_id}",
        "status__exact=In+gebruik",
        "stand=concept&volledig=0-49&thema=Verkeer",
        "department__isnull=True",
    ):
        assert client.get(f"{LIST}?{question}").status_code == 200, question


def test_a_search_that_is_too_long_is_told_and_cut(client, log_in, make_algorithm):
    make_algorithm(name="Strooien")
    log_in("auditor")
    page = client.get(LIST, {"q": "x" * 50_000}).content.decode()
    assert "Een zoekvraag heeft hooguit 200 tekens." in page


def test_an_action_on_what_is_no_row_does_nothing(client, log_in, make_algorithm):
    make_algorithm()
    log_in("auditor")
    answer = client.post(LIST, {"action": "export_json", "_selected_action": ["x", "9" * 5000]}, follow=True)
    assert answer.status_code == 200
    assert "attachment" not in answer.headers.get("Content-Disposition", "")


def test_a_source_id_taken_by_a_record_one_may_not_see_is_refused_without_its_name(client, log_in, make_algorithm):
    from tests.forms import shown_values

    make_algorithm(name="Geheim tweetal", source_id="S2", department={"path": "Zorg"})
    own = make_algorithm(department={"path": "Wegen"})
    log_in("author", department=own.department)
    page = f"{LIST}{own.pk}/change/"
    answer = client.post(page, shown_values(client.get(page)) | {"source_id": "S2"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "heeft dit Bron-ID al" in html
    assert "Geheim tweetal" not in html
    assert not Algorithm.objects.filter(pk=own.pk, source_id="S2").exists()


def test_an_owner_can_read_what_they_own(client, log_in, make_algorithm):
    from tests.forms import shown_values

    own = make_algorithm(department={"path": "Wegen"})
    other = make_algorithm(department={"path": "Zorg"})
    stranger = User.objects.create_user("vreemd")
    Role.objects.create(user=stranger, kind="author", department=other.department)
    log_in("author", department=own.department)
    add = f"{LIST}add/"
    answer = client.post(add, shown_values(client.get(add)) | {"owner": stranger.pk})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["owner"]
    assert Algorithm.objects.count() == 2


def test_a_browser_that_goes_back_puts_no_old_text_beside_a_new_revision(client, log_in, make_algorithm):
    """Chromium restores what was typed into a page it fetched anew, unless the form asks it not to."""
    own = make_algorithm()
    log_in("author", department=own.department)
    html = client.get(f"{LIST}{own.pk}/change/").content.decode()
    assert '<form method="post" id="algorithm_form" autocomplete="off" novalidate>' in html


def test_a_save_after_the_log_in_ended_gives_back_what_was_typed(client, log_in, make_algorithm):
    own = make_algorithm()
    answer = client.post(f"{LIST}{own.pk}/change/", {"goal": "Mijn lange tekst.", "goal_en": "My long text."})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "Uw aanmelding is verlopen." in html
    assert "Mijn lange tekst." in html
    assert "My long text." in html
    assert f"/beheer/account/aanmelden/?next=%2Fbeheer%2Falgorithms%2Falgorithm%2F{own.pk}%2Fchange%2F" in html


def test_drafts_of_before_there_was_a_reckoning_get_theirs_from_tidy(make_algorithm):
    from django.core.management import call_command

    own = make_algorithm()
    assert own.completeness == 0
    call_command("tidy", verbosity=0)
    own.refresh_from_db()
    assert own.completeness > 50
    assert own.missing
    assert own.revision == 0
    assert not own.events.exists()
