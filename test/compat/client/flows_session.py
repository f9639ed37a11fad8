"""Server info, sign-in in every way, sessions, switching sites, sign-out."""

import tableauserverclient as TSC

from runner import check, raises

READ = ["tableau:content:read"]
NOT_SIGNED_IN = TSC.FailedSignInError


@check("server info is read without sign-in and gives product and API version")
def server_info(context):
    info = TSC.Server(context.access["url"]).server_info.get()
    assert info.rest_api_version == "3.27" and info.product_version.startswith("2025.3") and info.build_number


@check("the client takes the server's version")
def server_version(context):
    server = TSC.Server(context.access["url"])
    server.use_server_version()
    assert server.version == "3.27"


@check("a personal access token signs in at API 2.4")
def token_at_old_version(context):
    server = TSC.Server(context.access["url"])
    with server.auth.sign_in(context.token_auth()):
        assert server.version == "2.4" and server.auth_token and server.site_id and server.user_id
    context.server.auth.sign_in(context.token_auth())


@check("a second sign-in with the same token ends the first session")
def token_eviction(context):
    first, second = TSC.Server(context.access["url"], True), TSC.Server(context.access["url"], True)
    first.auth.sign_in(context.token_auth())
    second.auth.sign_in(context.token_auth())
    raises(NOT_SIGNED_IN, lambda: first.projects.get(), "401002")
    second.projects.get()
    context.server.auth.sign_in(context.token_auth())


@check("a sign-in to another site with the same token ends the first session too")
def token_eviction_across_sites(context):
    first, second = TSC.Server(context.access["url"], True), TSC.Server(context.access["url"], True)
    first.auth.sign_in(context.token_auth())
    second.auth.sign_in(context.token_auth("second"))
    raises(NOT_SIGNED_IN, lambda: first.projects.get(), "401002")
    context.server.auth.sign_in(context.token_auth())


@check("password sign-ins live beside each other")
def password_sessions(context):
    first, second = context.signed_in(), context.signed_in()
    first.projects.get()
    second.projects.get()


@check("a wrong secret is denied with 401001")
def wrong_secret(context):
    auth = TSC.PersonalAccessTokenAuth(context.access["tokenName"], "no", "demo")
    raises(NOT_SIGNED_IN, lambda: TSC.Server(context.access["url"]).auth.sign_in(auth), "401001")


@check("a wrong password is denied with 401001")
def wrong_password(context):
    auth = TSC.TableauAuth("admin", "no", "demo")
    raises(NOT_SIGNED_IN, lambda: TSC.Server(context.access["url"]).auth.sign_in(auth), "401001")


@check("an unknown site is denied with 401001")
def unknown_site(context):
    raises(NOT_SIGNED_IN, lambda: TSC.Server(context.access["url"]).auth.sign_in(context.token_auth("nope")), "401001")


@check("a JWT of a connected app signs in")
def jwt_sign_in(context):
    server = context.signed_in(TSC.JWTAuth(context.jwt(READ), site_id="demo"))
    assert server.projects.get()[0]


@check("a JWT that lives longer than ten minutes is denied")
def jwt_too_long(context):
    auth = TSC.JWTAuth(context.jwt(READ, lifetime=3600), site_id="demo")
    raises(NOT_SIGNED_IN, lambda: context.signed_in(auth), "401001")


@check("a JWT for another audience is denied")
def jwt_audience(context):
    auth = TSC.JWTAuth(context.jwt(READ, aud="other"), site_id="demo")
    raises(NOT_SIGNED_IN, lambda: context.signed_in(auth), "401001")


@check("a JWT is good for one sign-in only")
def jwt_replay(context):
    auth = TSC.JWTAuth(context.jwt(READ), site_id="demo")
    context.signed_in(auth)
    raises(NOT_SIGNED_IN, lambda: context.signed_in(auth), "401001")


@check("a JWT session without the scope gets 401002")
def jwt_scope(context):
    server = context.signed_in(TSC.JWTAuth(context.jwt(["tableau:projects:*"]), site_id="demo"))
    raises(NOT_SIGNED_IN, lambda: server.datasources.get(), "401002")


@check("jobs are not readable under a JWT before API 3.25")
def jwt_jobs(context):
    scopes = [*READ, "tableau:jobs:read"]
    job = context.publish("jwt jobs", as_job=True)
    old = context.signed_in(TSC.JWTAuth(context.jwt(scopes), site_id="demo"), version="3.24")
    raises(NOT_SIGNED_IN, lambda: old.jobs.get_by_id(job.id), "401002")
    new = context.signed_in(TSC.JWTAuth(context.jwt(scopes), site_id="demo"), version="3.25")
    assert new.jobs.get_by_id(job.id).id == job.id


@check("switching the site gives a new token and the other site's content")
def switch_site(context):
    server = context.signed_in()
    old_token, old_site = server.auth_token, server.site_id
    server.auth.switch_site(_site(server, "second"))
    assert server.auth_token != old_token and server.site_id != old_site
    names = [project.name for project in TSC.Pager(server.projects)]
    assert "Samples" not in names and "Finance" in names


@check("switching to the same site is ignored by the client")
def switch_same_site(context):
    server = context.signed_in()
    server.auth.switch_site(_site(server, "demo"))


@check("sign-out ends the session and the client forgets it")
def sign_out(context):
    server = context.signed_in()
    token, site = server.auth_token, server.site_id
    server.auth.sign_out()
    raises(TSC.NotSignedInError, lambda: server.projects.get())
    server._set_auth(site, "x", token)
    raises(NOT_SIGNED_IN, lambda: server.projects.get(), "401002")


@check("an idle session ends by the virtual clock")
def idle_session(context):
    server = context.signed_in()
    context.admin("clock", {"advanceMs": 241 * 60 * 1000})
    raises(NOT_SIGNED_IN, lambda: server.projects.get(), "401002")
    context.server.auth.sign_in(context.token_auth())


@check("a revoked token can't sign in and its session is dead")
def revoked_token(context):
    context.admin("token", {"name": context.access["tokenName"], "revoked": True})
    raises(NOT_SIGNED_IN, lambda: context.server.projects.get(), "401002")
    context.admin("token", {"name": context.access["tokenName"], "revoked": False})
    context.server.auth.sign_in(context.token_auth())


def _site(server, content_url):
    return next(site for site in server.sites.get()[0] if site.content_url == content_url)
