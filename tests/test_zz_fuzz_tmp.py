import copy, json, random, pytest
from django.contrib.auth.models import User
from algorithms.models import Role
from tests import passkeys
from tests.passkeys import PAGES

JUNK = [None, 0, -1, 1.5, "", "x", "é", "AAAA", "a"*5000, [], [1], {}, {"x": 1}, True, "oWNmbXRkbm9uZQ", "\u0000", "\ud800", 10**30]
def paths(o, p=()):
    yield p
    if isinstance(o, dict):
        for k, v in o.items(): yield from paths(v, (*p, k))
def put(o, p, v, drop=False):
    o = copy.deepcopy(o)
    if not p: return v
    at = o
    for k in p[:-1]: at = at[k]
    if drop: del at[p[-1]]
    else: at[p[-1]] = v
    return o
def variants(good):
    for p in paths(good):
        for j in JUNK: yield put(good, p, j)
        if p: yield put(good, p, None, True)
    import base64
    rnd = random.Random(1)
    for p in paths(good):
        at = good
        for k in p: at = at[k]
        if isinstance(at, str):
            for _ in range(150):
                try: raw = bytearray(base64.urlsafe_b64decode(at + "=" * (-len(at) % 4)))
                except Exception: break
                if not raw: break
                for _ in range(rnd.randint(1, 3)):
                    raw[rnd.randrange(len(raw))] = rnd.randrange(256)
                if rnd.random() < .3: raw = raw[: rnd.randrange(len(raw))]
                yield put(good, p, base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="))

@pytest.mark.django_db
def test_fuzz(client, monkeypatch, settings):
    settings.REQUIRE_MFA = False
    import collections
    from allauth.core.internal import ratelimit
    settings.ACCOUNT_RATE_LIMITS = False
    user = User.objects.create_user("anna", "a@b.example", "x"*12)
    Role.objects.create(user=user, kind="manager")
    client.raise_request_exception = False
    seen = collections.Counter()
    client.post("/beheer/account/aanmelden/", {"login": "anna", "password": "x"*12})
    key = passkeys.add(client)
    second = passkeys.Passkey()
    from django.core.signals import got_request_exception
    import sys, traceback
    def note(sender, **k):
        e = sys.exc_info()
        tb = traceback.extract_tb(e[2])[-1]
        seen[f"{e[0].__name__}: {str(e[1])[:80]} {tb.filename[-40:]}:{tb.lineno}"] += 1
    got_request_exception.connect(note)
    # add
    from allauth.mfa.webauthn.internal import auth
    monkeypatch.setattr(auth, "clear_state", lambda: None)
    n = 0
    from django.core.cache import cache
    stat = collections.Counter()
    good = second.created(client.get(PAGES + "add/").context["js_data"]["creation_options"])
    monkeypatch.setattr(auth, "set_state", lambda s: None)
    def send(url, bad):
        cache.clear(); r = client.post(url, {"credential": bad[4:] if isinstance(bad, str) and bad.startswith("RAW:") else json.dumps(bad)}); stat[r.status_code, "_auth_user_id" in client.session] += 1; return r
    for bad in [*variants(good), "RAW:" + "[" * 100_000, "RAW:" + "{\"a\":" * 100_000, "RAW:" + "1" * 10000, "RAW:x"]:
        r = send(PAGES + "add/", bad); n += 1
    monkeypatch.undo()
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(auth, "clear_state", lambda: None)
    print("add", stat, seen); stat.clear(); seen.clear()
    client.logout()
    good = key.got(passkeys.asked(client)); state = client.session["mfa.webauthn.state"]
    for bad in [*variants(good), "RAW:" + "[" * 100_000, "RAW:" + "1" * 10000, "RAW:" + "{\"a\":" * 100_000, "RAW:x"]:
        r = send(PAGES + "login/", bad)
        if "_auth_user_id" in client.session: 
            client.logout(); client.cookies.clear(); s = client.session; s["mfa.webauthn.state"] = state; s.save(); client.cookies["beheer_session"] = s.session_key
    print("login", stat, seen)
    got_request_exception.disconnect(note)
