"""What the checks share: the simulator's address and credentials, a signed-in server, the fixtures."""

import base64
import calendar
import hashlib
import hmac
import json
import os
import time
import urllib.request
import uuid

import tableauserverclient as TSC


class Context:
    def __init__(self, access, fixtures):
        self.access = access
        self.fixtures = fixtures
        self.server = TSC.Server(access["url"], use_server_version=True)
        self.server.auth.sign_in(self.token_auth())
        self.found = {}

    def file(self, name):
        return os.path.join(self.fixtures, name)

    def token_auth(self, site=None):
        access = self.access
        return TSC.PersonalAccessTokenAuth(access["tokenName"], access["tokenSecret"], site or access["siteContentUrl"])

    def password_auth(self, user="admin", site=0):
        entry = self.access["sites"][site]
        password = next(item["password"] for item in entry["users"] if item["name"] == user)
        return TSC.TableauAuth(user, password, entry["contentUrl"])

    def signed_in(self, auth=None, version=None):
        """A server of its own, signed in by password unless told otherwise: it evicts nobody."""
        server = TSC.Server(self.access["url"])
        server.version = version or "3.27"
        server.auth.sign_in(auth or self.password_auth())
        return server

    def admin(self, route, body=None):
        request = urllib.request.Request(
            f"{self.access['adminUrl']}/{route}",
            data=None if body is None else json.dumps(body).encode(),
            headers={} if body is None else {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            return json.loads(reply.read())

    def now(self):
        """Seconds since 1970 by the simulator's clock."""
        return calendar.timegm(time.strptime(self.admin("clock", {})["now"], "%Y-%m-%dT%H:%M:%SZ"))

    def faults(self, *rules):
        self.admin("faults", {"rules": list(rules)})

    def rows(self, datasource_id):
        tables = self.admin(f"datasources/{datasource_id}/tables")["tables"]
        return sum(table["rowCount"] for table in tables)

    def jwt(self, scopes, lifetime=300, **changes):
        app = self.access["connectedApp"]
        claims = {
            "iss": app["clientId"],
            "sub": "admin",
            "aud": "tableau",
            "jti": str(uuid.uuid4()),
            "exp": self.now() + lifetime,
            "scp": scopes,
        } | changes
        header = {"alg": "HS256", "typ": "JWT", "kid": app["secretId"]}
        unsigned = b".".join(_encode(json.dumps(part).encode()) for part in (header, claims))
        signature = hmac.new(app["secretValue"].encode(), unsigned, hashlib.sha256).digest()
        return (unsigned + b"." + _encode(signature)).decode()

    def default_project(self):
        return self.found.setdefault("default", self.project("default"))

    def project(self, path):
        return self.server.projects.get_by_path(path)

    def publish(self, name, mode="CreateNew", file="sales.hyper", project=None, server=None, **options):
        project = project or self.default_project()
        item = TSC.DatasourceItem(project.id, name=name)
        for key in ("description", "certified", "certification_note"):
            if key in options:
                setattr(item, key, options.pop(key))
        return (server or self.server).datasources.publish(item, self.file(file), mode, **options)


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
