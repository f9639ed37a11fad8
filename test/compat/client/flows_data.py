"""Changing rows of a published data source; jobs; refresh."""

import datetime

import tableauserverclient as TSC

from runner import check, raises

ServerResponseError = TSC.ServerResponseError
TABLE = {"target-table": "Extract", "target-schema": "Extract"}
SOURCE = {"source-table": "Extract", "source-schema": "Extract"}
BY_ID = {"op": "eq", "target-col": "id", "source-col": "id"}


def _change(context, request_id, *actions, payload=None, target=None):
    item = target or context.found["live"]
    file = None if payload is None else context.file(payload)
    update = context.server.datasources.update_hyper_data
    job = update(item, request_id=request_id, actions=list(actions), payload=file)
    assert job.type == "UpdateUploadedFile"
    return context.server.jobs.wait_for_job(job, timeout=30)


@check("insert appends rows by column name")
def insert(context):
    context.found["live"] = context.publish("Live")
    _change(context, "i1", {"action": "insert", **TABLE, **SOURCE}, payload="more.hyper")
    assert context.rows(context.found["live"].id) == 1100


@check("the same RequestID does nothing again and gives the first job")
def request_id(context):
    update = context.server.datasources.update_hyper_data
    action = {"action": "insert", **TABLE, **SOURCE}
    first = update(context.found["live"], request_id="i1", actions=[action], payload=context.file("more.hyper"))
    context.server.jobs.wait_for_job(first, timeout=30)
    assert context.rows(context.found["live"].id) == 1100


@check("a RequestID is forgotten after a day of the virtual clock")
def request_id_forgotten(context):
    delete = {"action": "delete", **TABLE, "condition": _constant("gt", "id", "integer", 1100)}
    before = _change(context, "day", delete)
    context.admin("clock", {"advanceMs": 25 * 3600 * 1000})
    context.server.auth.sign_in(context.token_auth())
    assert _change(context, "day", delete).id != before.id


@check("upsert changes matching rows and adds the others")
def upsert(context):
    live = context.publish("Upsert")
    _change(context, "u1", {"action": "upsert", **TABLE, **SOURCE, "condition": BY_ID}, payload="upsert.hyper", target=live)
    assert context.rows(live.id) == 1010
    _change(context, "u2", {"action": "delete", **TABLE, "condition": _constant("neq", "region", "string", "changed")}, target=live)
    assert context.rows(live.id) == 20


@check("update changes matching rows only")
def update(context):
    live = context.publish("Update")
    _change(context, "p1", {"action": "update", **TABLE, **SOURCE, "condition": BY_ID}, payload="upsert.hyper", target=live)
    assert context.rows(live.id) == 1000
    _change(context, "p2", {"action": "delete", **TABLE, "condition": _constant("eq", "region", "string", "changed")}, target=live)
    assert context.rows(live.id) == 990


@check("delete by keys removes the rows that match")
def delete_by_keys(context):
    live = context.publish("Delete keys")
    _change(context, "d1", {"action": "delete", **TABLE, **SOURCE, "condition": BY_ID}, payload="keys.hyper", target=live)
    assert context.rows(live.id) == 990


@check("delete by constants works without payload, with and, or and dates")
def delete_by_constants(context):
    live = context.publish("Delete window")
    old = _constant("lt", "day", "datetime", "2024-01-11T00:00:00Z")
    few = _constant("lte", "id", "integer", 20)
    _change(context, "w1", {"action": "delete", **TABLE, "condition": {"op": "and", "args": [old, few]}}, target=live)
    assert context.rows(live.id) == 991
    either = {"op": "or", "args": [_constant("eq", "id", "integer", 500), _constant("eq", "id", "integer", 501)]}
    _change(context, "w2", {"action": "delete", **TABLE, "condition": either}, target=live)
    assert context.rows(live.id) == 989


@check("replace swaps all rows")
def replace(context):
    live = context.publish("Replace data")
    _change(context, "r1", {"action": "replace", **TABLE, **SOURCE}, payload="more.hyper", target=live)
    assert context.rows(live.id) == 100


@check("several actions happen in order and all or none")
def atomic(context):
    live = context.publish("Atomic")
    remove = {"action": "delete", **TABLE, "condition": _constant("gt", "id", "integer", 0)}
    bad = {"action": "insert", **SOURCE, "target-table": "Nope", "target-schema": "Extract"}
    run = lambda: _change(context, "a1", remove, bad, payload="more.hyper", target=live)  # noqa: E731
    error = raises(TSC.JobFailedException, run)
    assert any("410012" in note for note in error.notes) and context.rows(live.id) == 1000
    _change(context, "a2", remove, {"action": "insert", **TABLE, **SOURCE}, payload="more.hyper", target=live)
    assert context.rows(live.id) == 100


@check("a change goes through a connection as well")
def by_connection(context):
    item = context.found["live"]
    context.server.datasources.populate_connections(item)
    context.server.datasources.populate_connections(item)
    [connection] = item.connections
    connection._datasource_id = item.id
    delete = {"action": "delete", **TABLE, "condition": _constant("eq", "id", "integer", 1)}
    _change(context, "c1", delete, target=connection)
    assert context.rows(item.id) == 1099


@check("an action that breaks the grammar is refused with 400")
def grammar(context):
    update = context.server.datasources.update_hyper_data
    for action in (
        {"action": "insert", **TABLE, **SOURCE, "condition": BY_ID},
        {"action": "update", **TABLE, **SOURCE},
        {"action": "merge", **TABLE, **SOURCE},
    ):
        error = raises(ServerResponseError, lambda: update(context.found["live"], request_id="g", actions=[action]))
        assert error.code.startswith("400")


@check("a data source without Hyper data can't be changed")
def not_live(context):
    path = context.file("plain.tds")
    with open(path, "w", encoding="utf-8") as file:
        file.write("<?xml version='1.0'?><datasource version='18.1'/>")
    item = context.publish("Definition", file="plain.tds")
    delete = {"action": "delete", **TABLE, "condition": _constant("eq", "id", "integer", 1)}
    update = context.server.datasources.update_hyper_data
    error = raises(ServerResponseError, lambda: update(item, request_id="t", actions=[delete]))
    assert error.code.startswith("400")


@check("refresh starts a job that succeeds and changes no row")
def refresh(context):
    live = context.found["live"]
    before = context.rows(live.id)
    job = context.server.jobs.wait_for_job(context.server.datasources.refresh(live), timeout=30)
    assert job.finish_code == 0 and context.rows(live.id) == before


@check("a second refresh while one is queued is 409093, which the client takes as done")
def refresh_twice(context):
    context.admin("limits", {"jobQueueMs": 60_000})
    try:
        first = context.server.datasources.refresh(context.found["live"])
        assert context.server.datasources.refresh(context.found["live"]) is None
        context.server.jobs.cancel(first.id)
    finally:
        context.admin("limits", {"jobQueueMs": 20})


@check("refresh below 3.25 has an empty request")
def refresh_old(context):
    server = context.signed_in(version="3.24")
    assert server.datasources.refresh(context.found["live"].id).id


@check("a cancelled job raises in the client")
def cancel(context):
    context.admin("limits", {"jobQueueMs": 60_000})
    try:
        job = context.publish("Never", as_job=True)
        context.server.jobs.cancel(job)
        raises(TSC.JobCancelledException, lambda: context.server.jobs.wait_for_job(job, timeout=30))
    finally:
        context.admin("limits", {"jobQueueMs": 20})


@check("a finished job can't be cancelled")
def cancel_finished(context):
    job = context.publish("Done", as_job=True)
    context.server.jobs.wait_for_job(job, timeout=30)
    raises(ServerResponseError, lambda: context.server.jobs.cancel(job), "403091")


@check("an unknown job is 404018")
def unknown_job(context):
    missing = "11111111-2222-3333-4444-555555555555"
    raises(ServerResponseError, lambda: context.server.jobs.get_by_id(missing), "404018")


@check("jobs are listed and filtered by status")
def list_jobs(context):
    jobs, page = context.server.jobs.get(TSC.RequestOptions(pagesize=5))
    assert len(jobs) == 5 and page.total_available > 5
    found = list(context.server.jobs.filter(status="Cancelled"))
    assert found and {job.finish_code if hasattr(job, "finish_code") else job.status for job in found}


@check("a flow is listed, fetched and run")
def run_flow(context):
    [flow], _ = context.server.flows.get()
    assert context.server.flows.get_by_id(flow.id).name == "Nightly clean-up"
    job = context.server.jobs.wait_for_job(context.server.flows.refresh(flow), timeout=30)
    assert job.finish_code == 0


@check("a refresh task is created, listed, run and deleted")
def refresh_task(context):
    target = TSC.Target(context.found["live"].id, "datasource")
    interval = TSC.DailyInterval(start_time=datetime.time(2, 0))
    schedule = TSC.ScheduleItem(None, None, None, None, interval)
    context.server.tasks.create(TSC.TaskItem(None, "FullRefresh", None, schedule_item=schedule, target=target))
    [task], _ = context.server.tasks.get()
    assert task.target.id == context.found["live"].id
    assert context.server.tasks.get_by_id(task.id).id == task.id
    assert b"<job " in context.server.tasks.run(task)
    context.server.tasks.delete(task.id)
    assert context.server.tasks.get()[0] == []


def _constant(op, column, kind, value):
    return {"op": op, "target-col": column, "const": {"type": kind, "v": value}}
