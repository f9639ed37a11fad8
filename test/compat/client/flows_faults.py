"""What the client sees when the server misbehaves on purpose."""

import tableauserverclient as TSC

from runner import check, raises

ServerResponseError = TSC.ServerResponseError


@check("a redirected sign-in is sent again with its body")
def redirected_sign_in(context):
    for status in (301, 302, 303, 307, 308):
        rule = {"kind": "redirect", "status": status, "location": f"{context.access['url']}$path"}
        context.faults({"route": "auth.signin", "count": 1, "action": rule})
        assert context.signed_in().auth_token
    context.faults()


@check("a throttled call raises with the code 429000")
def throttled(context):
    context.faults({"route": "projects.list", "count": 1, "action": {"kind": "throttle", "retryAfter": 1}})
    raises(ServerResponseError, lambda: context.server.projects.get(), "429000")


@check("a login page instead of an answer is not taken for an answer")
def login_page(context):
    context.faults({"route": "projects.list", "count": 1, "action": {"kind": "html", "status": 200}})
    raises(Exception, lambda: context.server.projects.get())


@check("a gateway time-out comes after the publish was done")
def gateway_timeout(context):
    context.faults({"route": "datasources.publish", "count": 1, "action": {"kind": "gatewayTimeout"}})
    raises(Exception, lambda: context.publish("Behind a gateway"))
    assert any(item.name == "Behind a gateway" for item in TSC.Pager(context.server.datasources))


@check("a job that fails without notes raises all the same")
def silent_failure(context):
    context.faults({"route": "datasources.publish", "count": 1, "action": {"kind": "job", "outcome": "failedSilently"}})
    job = context.publish("Silent", as_job=True)
    error = raises(TSC.JobFailedException, lambda: context.server.jobs.wait_for_job(job, timeout=30))
    assert error.job.finish_code == 1 and not error.notes


@check("a job that never ends runs into the client's own time-out")
def endless_job(context):
    context.faults({"route": "datasources.publish", "count": 1, "action": {"kind": "job", "outcome": "never"}})
    job = context.publish("Endless", as_job=True)
    raises(TimeoutError, lambda: context.server.jobs.wait_for_job(job, timeout=1.5))
    context.server.jobs.cancel(job)


@check("the storage quota is refused with 403008")
def quota(context):
    context.admin("limits", {"quotaBytes": 1000})
    try:
        raises(ServerResponseError, lambda: context.publish("Too much"), "403008")
    finally:
        context.admin("limits", {"quotaBytes": None})


@check("a publisher whose right was taken gets 403007")
def right_taken(context):
    context.admin("publish-right", {"user": "publisher", "allowed": False})
    server = context.signed_in(context.password_auth("publisher"))
    raises(ServerResponseError, lambda: context.publish("Not now", server=server), "403007")
    context.admin("publish-right", {"user": "publisher", "allowed": True})
    assert context.publish("Now", server=server).id


@check("every call was counted")
def counters(context):
    counters = context.admin("counters")
    assert counters["calls"]["datasources.publish"] > 20 and counters["signIns"]["pat"] > 5
    assert counters["overlaps"]["count"] <= 5
