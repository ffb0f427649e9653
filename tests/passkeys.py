"""A passkey without a device: what a browser would tell of it."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

PAGES = "/beheer/account/tweede-stap/webauthn/"
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    def __init__(self, host: str = "testserver"):
        self.host, self.id = host, secrets.token_bytes(16)
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.user = ""

    def _told(self, kind: CollectedClientData.TYPE, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), f"https://{self.host}")

    def _credential(self, **response) -> dict:
        known = websafe_encode(self.id)
        return {"id": known, "rawId": known, "type": "public-key", "clientExtensionResults": {}, "response": response}

    def created(self, options: dict) -> dict:
        """What a browser answers to the options of the page where a key is added."""
        asked = options["publicKey"]
        self.user = asked["user"]["id"]
        told = self._told(CollectedClientData.TYPE.CREATE, asked["challenge"])
        public = AttestedCredentialData.create(
            Aaguid.NONE, self.id, ES256.from_cryptography_key(self.secret.public_key())
        )
        data = AuthenticatorData.create(
            sha256(self.host.encode()).digest(), FLAGS | AuthenticatorData.FLAG.AT, 0, public
        )
        made = AttestationObject.create("none", data, {})
        return self._credential(clientDataJSON=websafe_encode(told), attestationObject=websafe_encode(made))

    def got(self, options: dict) -> dict:
        """What a browser answers to the options of the page where one logs in."""
        told = self._told(CollectedClientData.TYPE.GET, options["publicKey"]["challenge"])
        data = AuthenticatorData.create(sha256(self.host.encode()).digest(), FLAGS, 1)
        signature = self.secret.sign(data + told.hash, ec.ECDSA(hashes.SHA256()))
        return self._credential(
            clientDataJSON=websafe_encode(told), authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature), userHandle=self.user,
        )  # fmt: skip


def add(client) -> Passkey:
    """Let whoever is logged in add a key."""
    key = Passkey()
    credential = key.created(client.get(f"{PAGES}add/").context["js_data"]["creation_options"])
    answer = client.post(
        f"{PAGES}add/", {"name": "sleutel", "passwordless": "on", "credential": json.dumps(credential)}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return key


def asked(client) -> dict:
    """Return what the log-in page asks of any key."""
    return client.get(f"{PAGES}login/", headers={"x-requested-with": "XMLHttpRequest"}).json()["request_options"]


def log_in(client, key: Passkey):
    return client.post(f"{PAGES}login/", {"credential": json.dumps(key.got(asked(client)))})
