"""A preview link shows the saved draft as the public will read it, until it expires or is revoked."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import expect

from algorithms import document, preview, publishing
from algorithms.models import Algorithm, Event, Listing, PreviewLink, Role
from algorithms.publishing import Refused
from tests.browser import Register, watched
from tests.people import DIKES, ELSEWHERE, HERE, REQUIRED, World, people
from tests.test_accessibility import LET_AXE_IN, check

ENGLISH = {"eng": {"name": "Gritting routes", "description_short": "Plans which roads are gritted first."}}


@pytest.fixture
def world(db) -> World:
    world = people()
    world.add_record("strooien", translations=ENGLISH)
    world.change("strooien", name="Strooiroutes")
    return world


@pytest.fixture
def draft(world) -> Algorithm:
    return world.record("strooien")


@pytest.fixture
def link(world, draft) -> PreviewLink:
    return preview.make(draft, world.person("author"))


def address(link: PreviewLink) -> str:
    return f"/beheer/voorbeeld/{preview.token(link)}/"


def links_page(draft: Algorithm) -> str:
    return f"/beheer/algorithms/algorithm/{draft.pk}/voorbeeld/"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# -- what it shows -----------------------------------------------------------------------------------------------------


def test_a_link_shows_the_draft_to_someone_without_an_account(read, link):
    page = read(address(link))
    assert "<h1" in page
    assert "Strooiroutes" in page
    assert "Plant welke wegen eerst gestrooid worden." in page
    assert "Geheim van strooien." in page
    assert "Voorbeeld, nog niet openbaar; verloopt op" in words(page)


def test_it_is_there_in_both_languages_with_the_switch_between_them(read, link):
    dutch, english = read(address(link)), read(f"{address(link)}en/")
    assert '<html lang="nl"' in dutch
    assert '<html lang="en"' in english
    assert "Gritting routes" in english
    assert "Preview, not public yet; expires on" in words(english)
    assert f'href="{address(link)}en/"' in dutch
    assert f'href="{address(link)}"' in english
    assert 'href="/en/beheer' not in dutch + english
    assert 'href="/en/algoritmes/"' in english  # the menu leads on in the same language


def test_it_shows_what_is_saved_now(read, link, world):
    world.change("strooien", goal="<p>Een beter doel.</p>")
    assert "Een beter doel." in read(address(link))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_it_is_the_public_page_itself(read, world, draft, prefix):
    """To the word, up to what only exists once it is public: links to its like, versions, data and line of the log."""
    with time_machine.travel("2026-07-01 12:00Z", tick=False):
        link = preview.make(draft, world.person("author"))
        seen = read(address(link) + ("en/" if prefix else ""))
        publishing.publish(draft)
        slug = Listing.objects.get(lars=draft.lars).slug
        public = read(f"{prefix}/algoritmes/{draft.lars}/{slug}/")
    record = re.compile(r'<header class="utrecht-article.*?id="versie"', re.DOTALL)
    tools = re.compile(r'<ul class="line-list answers__tools">.*?</ul>', re.DOTALL)
    assert words(record.search(seen).group()) == words(tools.sub("", record.search(public).group()))
    foot = re.compile(r'id="versie".*</main>', re.DOTALL)
    shown, told = words(foot.search(seen).group()), words(foot.search(public).group())
    left_out = re.compile(
        r" \( (alle versies|all versions) \)"
        r"| (Kort adres|Short address).*?/a/\d{8}"
        r"| (Als gegevens|As data) .* sha256sum"
    )
    assert left_out.sub("", told) == shown


def test_the_next_version_and_today_stand_on_it(read, world, draft):
    publishing.publish(draft)
    world.change("strooien", goal="<p>Nieuw doel.</p>")
    with time_machine.travel("2026-07-01 12:00Z"):
        page = read(address(preview.make(draft, world.person("approver"))))
    assert "is dit versie 2" in words(page)
    assert "1 juli 2026, 14:00" in page


def test_nothing_on_it_leads_to_a_page_that_does_not_exist(client, read, link):
    for path in (address(link), f"{address(link)}en/"):
        page = read(path)
        links = {href for href in re.findall(r'href="(/[^"#]*)', page) if not href.startswith("/static/")}
        assert len(links) > 5
        assert {href: client.get(href).status_code for href in links} == dict.fromkeys(links, 200)


def test_an_empty_draft_has_a_page_too(read, world, draft):
    empty = document.apply(Algorithm(organization=draft.organization, department=draft.department), {})
    page = read(address(preview.make(empty, world.person("author"))))
    assert "(zonder naam)" in page
    assert "Veld niet ingevuld" in page


def test_what_was_typed_is_never_markup(client, world):
    row = world.change("strooien", name="<script>alert(1)</script>", tags="<b>x</b>")
    page = client.get(address(preview.make(row, world.person("author")))).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "<b>x</b>" not in page


# -- it changes nothing and leaves no trace ----------------------------------------------------------------------------


def rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


@pytest.mark.parametrize("suffix", ["", "en/"])
def test_opening_it_writes_nothing(client, link, suffix):
    before = rows()
    revision = Algorithm.objects.values().get()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(link) + suffix).status_code == 200
    assert queries.captured_queries
    wrote = [q["sql"] for q in queries if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE|SAVEPOINT)", q["sql"], re.I)]
    assert wrote == []
    assert rows() == before
    assert Algorithm.objects.values().get() == revision


@pytest.mark.parametrize("cookie", ["x", "a-session-key-that-is-long-enough", ""])
def test_it_sets_no_cookie_and_asks_for_no_session(client, link, world, cookie):
    client.force_login(world.person("author"))
    if cookie:
        client.cookies["beheer_session"] = client.cookies["beheer_csrf"] = cookie
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address(link))
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert [q["sql"] for q in queries if "django_session" in q["sql"]] == []


def test_it_is_kept_out_of_search_engines_caches_and_other_sites_logs(client, link):
    answer = client.get(address(link))
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Content-Security-Policy"] == client.get("/")["Content-Security-Policy"]
    assert "ETag" not in answer
    page = answer.content.decode()
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in page
    for word in ("canonical", 'rel="alternate"', "og:", 'name="description"', "<script", "api/v1"):
        assert word not in page, word


def test_only_reading_is_possible(client, link):
    head = client.head(address(link))
    assert head.status_code == 200
    assert head.content == b""
    strict = Client(enforce_csrf_checks=True)
    for method in (strict.post, strict.put, strict.delete):
        assert method(address(link)).status_code == 405


def test_a_head_request_of_a_closed_link_is_gone_too(client, link, world):
    preview.revoke(link, world.person("author"))
    assert client.head(address(link)).status_code == 410


# -- how long it works -------------------------------------------------------------------------------------------------


def gone(client: Client, link: PreviewLink) -> None:
    """The link is gone in both languages, and tells nothing of what it showed."""
    for suffix, said in (("", "Deze link werkt niet meer"), ("en/", "This link no longer works")):
        answer = client.get(address(link) + suffix)
        page = answer.content.decode()
        assert answer.status_code == 410
        assert said in page
        assert "Strooiroutes" not in page
        assert "Gritting" not in page
        assert answer["X-Robots-Tag"].startswith("noindex")
        assert not answer.cookies


def test_it_works_a_week_unless_asked_otherwise(client, world, draft, settings):
    link = preview.make(draft, world.person("author"))
    assert link.expires_at - link.made_at == timedelta(days=7)
    settings.PREVIEW_DAYS = 3
    assert (preview.make(draft, world.person("author")).expires_at - timezone.now()).days == 2
    settings.PREVIEW_DAYS = 500
    assert preview.default_days() == 60
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert client.get(address(link)).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        gone(client, link)


@pytest.mark.parametrize("days", [0, -1, 61])
def test_a_link_works_a_day_at_least_and_sixty_at_most(world, draft, days):
    with pytest.raises(Refused):
        preview.make(draft, world.person("author"), days=days)
    assert not PreviewLink.objects.exists()


def test_a_revoked_link_is_gone(client, link, world):
    assert preview.revoke(link, world.person("approver"))
    gone(client, link)
    assert not preview.revoke(link, world.person("approver"))  # a second time there is nothing to do


def test_the_links_of_a_record_that_is_removed_are_gone(client, link, draft):
    draft.delete()
    gone(client, link)


def test_the_links_of_someone_who_left_are_gone(client, link):
    User.objects.filter(username="author").update(is_active=False)
    gone(client, link)


def test_the_links_of_someone_who_lost_the_role_are_gone(client, link):
    Role.objects.filter(user__username="author").delete()
    gone(client, link)


def test_the_links_of_a_removed_account_are_gone(client, link):
    User.objects.get(username="author").delete()
    gone(client, link)


def test_a_token_does_not_open_a_later_link_with_the_same_id(client, link):
    """As when a backup of before was restored, and ids are given out again."""
    old = address(link)
    PreviewLink.objects.filter(pk=link.pk).update(made_at=link.made_at + timedelta(hours=1))
    assert client.get(old).status_code == 410
    assert client.get(address(PreviewLink.objects.get())).status_code == 200


def test_a_link_that_was_never_given_out_does_not_exist(client, link):
    token = preview.token(link)
    head, _dot, signature = token.rpartition(".")
    wrong = [
        "x", "1", token[:-1], token + "A", token.upper(), f"{int(link.pk) + 1}{head[1:]}.{signature}", head, f"{head}.",
        f".{signature}", "%00", "%ff%fe", "é" * 50, "a" * 3000, f"{token}%20", "-.-", "nl",
    ]  # fmt: skip
    for each in wrong:
        for suffix in ("/", "/en/"):
            assert client.get(f"/beheer/voorbeeld/{each}{suffix}").status_code == 404, each
    for path in ("", "/", f"{token}/nl/", f"{token}/en/en/", "a/b/c/d/", "%0A/", "%0A/%0A/"):
        assert client.get(f"/beheer/voorbeeld/{path}").status_code == 404, path


def test_an_address_that_lost_its_last_slash_still_works(client, link):
    for start in (address(link), f"{address(link)}en/"):
        answer = client.get(start.rstrip("/"), follow=True)
        assert answer.redirect_chain == [(start, 302)]
        assert answer.status_code == 200


def test_a_page_that_does_not_exist_leads_nowhere_wrong(client, link):
    page = client.get("/beheer/voorbeeld/onzin/en/").content.decode()
    assert "Page not found" in page
    assert "/beheer/" not in page


def test_the_address_is_short_and_safe(link):
    assert re.fullmatch(r"[A-Za-z0-9._-]{20,80}", preview.token(link))


# -- in the admin ------------------------------------------------------------------------------------------------------


@pytest.fixture
def author(client, world) -> Client:
    client.force_login(world.person("author"))
    return client


def test_an_author_makes_copies_and_revokes_a_link(author, read, draft):
    answer = author.post(links_page(draft), {"days": "5", "note": "Voor de wethouder."}, follow=True)
    assert "De link is gemaakt." in answer.content.decode()
    link = PreviewLink.objects.get()
    assert (link.expires_at - link.made_at).days == 5
    page = read(links_page(draft))
    assert f'value="http://testserver{address(link)}"' in page
    assert f'value="http://testserver{address(link)}en/"' in page
    event = draft.events.first()
    assert (event.verb, event.by_name) == (Event.Verb.SHARE, "author")
    assert "Voor de wethouder." in event.note
    assert "Verloopt op" in event.note
    author.post(links_page(draft), {"revoke": str(link.pk)})
    assert Client().get(address(link)).status_code == 410
    assert draft.events.first().verb == Event.Verb.REVOKE
    assert address(link) not in read(links_page(draft))
    assert "Ingetrokken op" in read(links_page(draft))


def test_all_links_are_revoked_at_once(author, draft, world):
    links = [preview.make(draft, world.person(name)) for name in ("author", "approver", "author")]
    answer = author.post(links_page(draft), {"revoke_all": "1"}, follow=True)
    assert "Alle open links zijn ingetrokken: 3." in answer.content.decode()
    for link in links:
        assert Client().get(address(link)).status_code == 410
    assert draft.events.filter(verb=Event.Verb.REVOKE).count() == 1


def test_addresses_are_those_of_the_city(author, draft, read, settings, link):
    settings.SITE_URL = "https://algoritmes.voorbeeldstad.example"
    assert f'value="https://algoritmes.voorbeeldstad.example{address(link)}"' in read(links_page(draft))


@pytest.mark.parametrize("days", ["", "0", "61", "veel", "-1", "9" * 40, "1.5"])
def test_a_wrong_number_of_days_is_told_next_to_it_and_nothing_is_lost(author, draft, days):
    answer = author.post(links_page(draft), {"days": days, "note": "Voor de raad"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_days_error"' in page
    assert "Voor de raad" in page
    assert f'value="{days}"' in page or days == ""
    assert not PreviewLink.objects.exists()
    assert not draft.events.filter(verb=Event.Verb.SHARE).exists()


@pytest.mark.parametrize("note", ["een\x00nul", "een\x07bel", "x" * 2001])
def test_a_note_that_cannot_be_stored_is_told_next_to_it(author, draft, note):
    page = author.post(links_page(draft), {"days": "7", "note": note}).content.decode()
    assert 'id="id_note_error"' in page
    assert not PreviewLink.objects.exists()


def test_a_link_of_another_record_cannot_be_revoked_here(author, draft, world, link):
    other = world.add_record("ander")
    for wrong in (str(preview.make(other, world.person("author")).pk), "999999", "x", "9" * 40, ""):
        assert author.post(links_page(draft), {"revoke": wrong}).status_code == 404
    assert PreviewLink.objects.open().count() == 2


@pytest.mark.parametrize(
    ("role", "sees", "shares"),
    [
        ("author", 200, True),
        ("approver", 200, True),
        ("superuser", 200, True),
        ("manager", 200, False),
        ("auditor", 200, False),
        ("other_author", 403, False),
        ("other_approver", 403, False),
        ("no_role", 403, False),
    ],
)
def test_who_may_see_and_make_links(client, world, draft, link, role, sees, shares):
    client.force_login(world.person(role))
    assert client.get(links_page(draft)).status_code == sees
    assert client.get(f"{links_page(draft)}nl/").status_code == sees
    assert client.get(f"{links_page(draft)}en/").status_code == sees
    asked = client.post(links_page(draft), {"days": "7"}).status_code
    assert asked == (302 if shares else 403)
    assert client.post(links_page(draft), {"revoke": str(link.pk)}).status_code == (302 if shares else 403)
    assert PreviewLink.objects.count() == 1 + shares


def test_who_may_only_read_sees_no_address(client, world, draft, link, read):
    client.force_login(world.person("auditor"))
    page = read(links_page(draft))
    assert preview.token(link) not in page
    assert "Alleen te zien voor wie links mag maken" in page
    assert 'name="days"' not in page


def test_nobody_without_an_account_comes_in(client, draft):
    for path in ("", "nl/", "en/"):
        answer = client.get(links_page(draft) + path)
        assert answer.status_code == 302
        assert "/login/" in answer.url or "/aanmelden/" in answer.url


def test_records_that_do_not_exist_have_no_preview(author, draft):
    for pk in ("0", "999999", "x", "9" * 30, "add", "%00"):
        assert author.get(f"/beheer/algorithms/algorithm/{pk}/voorbeeld/").status_code == 404, pk
        assert author.get(f"/beheer/algorithms/algorithm/{pk}/voorbeeld/nl/").status_code == 404, pk
    assert author.get(f"{links_page(draft)}fr/").status_code == 404
    assert author.post(f"{links_page(draft)}nl/").status_code == 405


def test_who_works_here_previews_without_a_link(author, read, draft):
    dutch, english = read(f"{links_page(draft)}nl/"), read(f"{links_page(draft)}en/")
    assert "Strooiroutes" in dutch
    assert "Gritting routes" in english
    assert "Voorbeeld, nog niet openbaar." in dutch
    assert "verloopt op" not in dutch
    assert f'href="{links_page(draft)}en/"' in dutch
    assert f'href="/beheer/algorithms/algorithm/{draft.pk}/change/"' in dutch
    assert author.get(f"{links_page(draft)}nl/")["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in author.get(f"{links_page(draft)}nl/")["Cache-Control"]


def test_a_record_of_another_organisation_is_as_closed_as_any(author, world):
    elsewhere = world.add_record("dijk", DIKES, by="double_author", organization=ELSEWHERE)
    assert author.get(links_page(elsewhere)).status_code == 403
    with pytest.raises(Refused):
        preview.make(elsewhere, world.person("author"))


# -- the public side stays as it was -----------------------------------------------------------------------------------


def test_a_public_page_knows_nothing_of_previews(read, world, draft, link):
    publishing.publish(draft)
    slug = Listing.objects.get(lars=draft.lars).slug
    page = read(f"/algoritmes/{draft.lars}/{slug}/")
    assert "alle versies" in page
    assert "voorbeeld/" not in page
    assert 'id="voorbeeld"' not in page
    assert 'rel="canonical"' in page
    assert HERE in page
    assert REQUIRED["description_short"] in page


# -- in a browser ------------------------------------------------------------------------------------------------------

# Pages of preview, history and beginning: `{draft}`, `{event}`, `{link}` and `{closed}` are filled in.
PAGES = [
    "/beheer/voorbeeld/{link}/", "/beheer/voorbeeld/{link}/en/", "/beheer/voorbeeld/{closed}/", "{draft}voorbeeld/nl/",
    "{draft}voorbeeld/", "{draft}history/", "{draft}history/{event}/", "{draft}history/{event}/?met=nu",
    "{draft}history/{event}/terugzetten/", "{draft}history/versie/1/", "{draft}history/versie/1/terugzetten/",
    "{draft}kopie/", "{draft}sjabloon/", "/beheer/algorithms/algorithm/add/sjabloon/", "/beheer/algorithms/template/",
    "/beheer/algorithms/template/1/change/",
]  # fmt: skip
FURNISH = """
import json
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from algorithms import document, drafts, preview, publishing
from algorithms.models import Algorithm, Organization, Template

long = "Meerpersoonshuishoudensinkomensafhankelijkheidstoetsingsberekening"
keeper = User.objects.create_superuser("baas", "baas@x.example", "geheim", first_name=long)
place = Organization.objects.create(name=long)
row = Algorithm(organization=place)
given = {
    "name": long[:90], "description_short": "Kort.", "status": "In gebruik", "contact_email": "a@x.example",
    "publication_category": "Overige algoritmes", "goal": f"<p>{long}</p>",
    "steps": [{"kind": "person", "actor": long, "action": "kiest"}],
}
document.apply(row, document.clean(given))
first = drafts.saved(row, None, by=keeper, verb="create", note=long)
publishing.publish(row, note=long)
for number in range(30):
    before = drafts.content(row)
    document.apply(row, document.clean({"goal": f"<p>{number} {long}</p>", "steps": []}))
    drafts.saved(row, before, by=keeper)
closed = preview.make(row, keeper)
preview.revoke(closed, keeper)
for given in json.load(open("fixtures/templates.json"))["templates"]:
    text = document.canonical(document.clean(given["document"]))
    Template.objects.create(name=given["name"], about=given["about"], document=text)
client = Client()
client.force_login(keeper)
print(json.dumps({
    "cookie": {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value},
    "draft": f"/beheer/algorithms/algorithm/{row.pk}/", "event": first.pk,
    "link": preview.token(preview.make(row, keeper)), "closed": preview.token(closed),
}))
"""


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.process
def test_every_page_of_this_is_accessible_and_fits_a_small_screen(browser, site):
    """And asks no other host, breaks no policy, has no error: `watched` sees to that."""
    site.env |= {"DEBUG": "False", "REQUIRE_MFA": "False"}
    site.use_collected_static()
    told = json.loads(site.run(FURNISH).splitlines()[-1])
    with site.served() as base, watched(browser, Register(site, base, {}, {}, {}), **LET_AXE_IN) as watch:
        watch.context.add_cookies([told["cookie"] | {"domain": "127.0.0.1", "path": "/beheer/"}])
        watch.expected = {410}
        for address_of in PAGES:
            path = address_of.format(**told)
            assert watch.page.goto(path).status == (410 if "closed" in address_of else 200), path
            check(watch.page)
        watch.page.goto(f"{told['draft']}voorbeeld/")
        watch.page.get_by_label("Aantal dagen").fill("99")
        watch.page.get_by_role("button", name="Link maken").click()
        expect(watch.page.locator("#id_days_error")).to_be_visible()
        check(watch.page)
        watch.page.goto("/beheer/algorithms/algorithm/add/sjabloon/")
        watch.page.get_by_role("button", name="Concept maken").click()
        expect(watch.page.locator("#id_template_error")).to_be_visible()
        check(watch.page)
