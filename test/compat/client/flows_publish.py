"""Publishing in every mode, small and chunked, at once and as a job; query, change, download, revisions."""

import hashlib
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor

import tableauserverclient as TSC

from runner import check, raises

ServerResponseError = TSC.ServerResponseError


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@check("a .hyper is published and the reply names project, owner and times")
def create(context):
    item = context.publish("Sales", description="first")
    context.found["sales"] = item
    assert item.id and item.project_name == "default" and item.owner_id == context.server.user_id
    assert item.created_at and item.updated_at and item.content_url == "Sales" and item.description == "first"


@check("the published bytes are those of the file")
def bytes_equal(context):
    published = context.admin(f"datasources/{context.found['sales'].id}/sha256")
    assert published["sha256"] == _sha256(context.file("sales.hyper"))


@check("an existing name is refused with 403007 when creating")
def create_again(context):
    raises(ServerResponseError, lambda: context.publish("sales"), "403007")


@check("overwriting keeps the id, moves the time and drops the description")
def overwrite(context):
    before = context.found["sales"]
    after = context.publish("Sales", "Overwrite")
    assert after.id == before.id and after.updated_at > before.updated_at and not after.description


@check("certification is published with the data source")
def certified(context):
    item = context.publish("Certified", certified=True, certification_note="checked")
    fresh = context.server.datasources.get_by_id(item.id)
    assert fresh.certified and fresh.certification_note == "checked"


@check("a file above the limit goes through an upload session in several blocks")
def chunked(context):
    os.environ["TSC_FILESIZE_LIMIT_MB"] = "1"
    try:
        item = context.publish("Big", file="big.hyper")
    finally:
        del os.environ["TSC_FILESIZE_LIMIT_MB"]
    assert os.path.getsize(context.file("big.hyper")) > 3 * 2**20
    assert context.admin(f"datasources/{item.id}/sha256")["sha256"] == _sha256(context.file("big.hyper"))
    assert context.rows(item.id) == 500_000


@check("a publish as a job ends with finish code 0 and the data source is there")
def as_job(context):
    job = context.publish("Later", as_job=True)
    assert job.type == "PublishDatasource" and job.completed_at is None
    done = context.server.jobs.wait_for_job(job, timeout=30)
    assert done.finish_code == 0 and done.completed_at
    assert context.rows(_named(context, "Later").id) == 1000


@check("a chunked overwrite as a job works too")
def chunked_job(context):
    os.environ["TSC_FILESIZE_LIMIT_MB"] = "0"
    try:
        job = context.publish("Later", "Overwrite", file="more.hyper", as_job=True)
    finally:
        del os.environ["TSC_FILESIZE_LIMIT_MB"]
    context.server.jobs.wait_for_job(job, timeout=30)
    assert context.rows(_named(context, "Later").id) == 100


@check("append adds rows")
def append(context):
    context.publish("Sales", "Append", file="more.hyper")
    assert context.rows(context.found["sales"].id) == 1100


@check("append to an absent data source is refused with 404004")
def append_absent(context):
    raises(ServerResponseError, lambda: context.publish("Nothing", "Append"), "404004")


@check("append of another schema is refused")
def append_other(context):
    error = raises(ServerResponseError, lambda: context.publish("Sales", "Append", file="other-schema.hyper"))
    assert error.code.startswith("400") and context.rows(context.found["sales"].id) == 1100


@check("replace swaps the rows and keeps the description")
def replace(context):
    item = context.server.datasources.get_by_id(context.found["sales"].id)
    item.description = "kept"
    context.server.datasources.update(item)
    context.publish("Sales", "Replace", file="more.hyper")
    fresh = context.server.datasources.get_by_id(item.id)
    assert fresh.description == "kept" and context.rows(item.id) == 100


@check("a .hyper of several tables is published")
def several_tables(context):
    item = context.publish("Two tables", file="two-tables.hyper")
    assert len(context.admin(f"datasources/{item.id}/tables")["tables"]) == 2


@check("garbage named .hyper is refused with 400011")
def garbage(context):
    path = context.file("garbage.hyper")
    with open(path, "wb") as file:
        file.write(os.urandom(5000))
    raises(ServerResponseError, lambda: context.publish("Garbage", file="garbage.hyper"), "400011")


@check("garbage as a job fails the job, with notes")
def garbage_job(context):
    job = context.publish("Garbage", file="garbage.hyper", as_job=True)
    error = raises(TSC.JobFailedException, lambda: context.server.jobs.wait_for_job(job, timeout=30))
    assert error.notes and error.job.finish_code == 1


@check("an unknown project is refused with 404005")
def unknown_project(context):
    item = TSC.DatasourceItem("11111111-2222-3333-4444-555555555555", name="Lost")
    publish = context.server.datasources.publish
    raises(ServerResponseError, lambda: publish(item, context.file("sales.hyper"), "CreateNew"), "404005")


@check("a viewer may not publish")
def no_right(context):
    server = context.signed_in(context.password_auth("viewer"))
    raises(ServerResponseError, lambda: context.publish("Forbidden", server=server), "403007")


@check("of six creates of one name at once exactly one goes through")
def parallel_creates(context):
    def attempt(_):
        server = context.signed_in()
        try:
            return context.publish("Race", server=server).id
        except ServerResponseError as error:
            assert error.code == "403007", error.code
            return None

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(attempt, range(6)))
    assert len([result for result in results if result]) == 1


@check("names with quotes, ampersands and Japanese survive")
def strange_names(context):
    name = 'Größe "A" & <B> 日本, 100 %'
    item = context.publish(name)
    assert context.server.datasources.get_by_id(item.id).name == name


@check("a file name of any characters is taken")
def strange_file_names(context):
    path = context.file('日本 "quoted".hyper')
    os.link(context.file("sales.hyper"), path)
    item = TSC.DatasourceItem(context.default_project().id)
    published = context.server.datasources.publish(item, path, "CreateNew")
    assert published.name == '日本 "quoted"'


@check("a data source is found by name and project name")
def find(context):
    options = TSC.RequestOptions()
    options.filter.add(TSC.Filter("name", "eq", "Sales"))
    options.filter.add(TSC.Filter("projectName", "eq", "default"))
    [found], page = context.server.datasources.get(options)
    assert found.id == context.found["sales"].id and page.total_available == 1


@check("all data sources are listed over all pages")
def listing(context):
    pager = TSC.Pager(context.server.datasources, TSC.RequestOptions(pagesize=3))
    assert len([item.id for item in pager]) >= 8


@check("all fields of data sources are read")
def all_fields(context):
    found = list(context.server.datasources.all().fields("_all_"))
    sales = next(item for item in found if item.id == context.found["sales"].id)
    assert sales.size >= 1 and sales.connected_workbooks_count == 0 and sales.owner.name == "admin"


@check("unknown names in fields are tolerated")
def unknown_fields(context):
    assert list(context.server.datasources.all().fields("size"))


@check("a data source is renamed, described and certified")
def update(context):
    item = context.server.datasources.get_by_id(_named(context, "Later").id)
    item.name, item.description, item.certified = "Much later", "text", True
    changed = context.server.datasources.update(item)
    fresh = context.server.datasources.get_by_id(item.id)
    assert changed.name == fresh.name == "Much later" and fresh.description == "text" and fresh.certified


@check("a hand-made item changes only what it says")
def partial_update(context):
    sales = context.found["sales"]
    item = TSC.DatasourceItem(context.default_project().id)
    item._id, item.description = sales.id, "by hand"
    context.server.datasources.update(item)
    fresh = context.server.datasources.get_by_id(sales.id)
    assert fresh.name == "Sales" and fresh.description == "by hand"


@check("a data source moves to another project and owner")
def move(context):
    item = context.server.datasources.get_by_id(_named(context, "Much later").id)
    publisher = next(user for user in context.server.users.get()[0] if user.name == "publisher")
    item.project_id, item.owner_id = context.project("Finance/Sales").id, publisher.id
    changed = context.server.datasources.update(item)
    assert changed.project_name == "Sales" and changed.owner_id == publisher.id


@check("tags with blanks, commas and slashes are added and deleted one by one")
def tags(context):
    item = context.server.datasources.get_by_id(context.found["sales"].id)
    item.tags = {"plain", "with blank", "with, comma", "with/slash é"}
    context.server.datasources.update(item)
    fresh = context.server.datasources.get_by_id(item.id)
    assert fresh.tags == {"plain", "with blank", "with, comma", "with/slash é"}, fresh.tags
    fresh.tags = {"plain"}
    context.server.datasources.update(fresh)
    assert context.server.datasources.get_by_id(item.id).tags == {"plain"}


@check("tags are added and deleted without the item")
def more_tags(context):
    sales = context.found["sales"]
    context.server.datasources.add_tags(sales, ["x", "y z"])
    context.server.datasources.delete_tags(sales, "x")
    assert context.server.datasources.get_by_id(sales.id).tags == {"plain", "y z"}


@check("tags are added and deleted in batches")
def batch_tags(context):
    sales = context.server.datasources.get_by_id(context.found["sales"].id)
    context.server.tags.batch_add({"b 1", "b2"}, [sales])
    assert {"b 1", "b2"} <= context.server.datasources.get_by_id(sales.id).tags
    context.server.tags.batch_delete({"b 1", "b2"}, [sales])
    assert not {"b 1", "b2"} & context.server.datasources.get_by_id(sales.id).tags


@check("data sources are found by tag")
def find_by_tag(context):
    found = list(context.server.datasources.filter(tags__in=["plain", "nope"]))
    assert [item.id for item in found] == [context.found["sales"].id]


@check("a data source has one connection, of the type hyper")
def connections(context):
    item = context.server.datasources.get_by_id(context.found["sales"].id)
    context.server.datasources.populate_connections(item)
    [connection] = item.connections
    assert connection.connection_type == "hyper" and len(connection.id) == 36


@check("a connection is changed, alone and in bulk")
def update_connection(context):
    item = context.server.datasources.get_by_id(context.found["sales"].id)
    context.server.datasources.populate_connections(item)
    [connection] = item.connections
    connection.username, connection.embed_password = "someone", True
    changed = context.server.datasources.update_connection(item, connection)
    assert changed.id == connection.id and changed.username == "someone"
    [bulk] = context.server.datasources.update_connections(item, [connection.id], username="other")
    assert bulk.username == "other"


@check("a download is a .tdsx that holds the published .hyper")
def download(context):
    big = _named(context, "Big")
    path = context.server.datasources.download(big.id, context.file("download"))
    assert path.endswith(".tdsx")
    with zipfile.ZipFile(path) as archive:
        [name] = [entry for entry in archive.namelist() if entry.endswith(".hyper")]
        content = archive.read(name)
    assert hashlib.sha256(content).hexdigest() == _sha256(context.file("big.hyper"))


@check("a download without extract has no .hyper in it")
def download_without_extract(context):
    sales = context.found["sales"]
    path = context.server.datasources.download(sales.id, context.file("bare"), include_extract=False)
    with zipfile.ZipFile(path) as archive:
        assert not [entry for entry in archive.namelist() if entry.endswith(".hyper")]


@check("a download of a Japanese name gets a usable file name")
def download_name(context):
    item = _named(context, '日本 "quoted"')
    path = context.server.datasources.download(item.id, context.fixtures)
    assert os.path.exists(path) and "日本" in os.path.basename(path)


@check("a downloaded .tdsx can be published again")
def republish(context):
    sales = context.found["sales"]
    path = context.server.datasources.download(sales.id, context.file("again"))
    item = TSC.DatasourceItem(context.default_project().id, name="Again")
    again = context.server.datasources.publish(item, path, "CreateNew")
    assert context.rows(again.id) == context.rows(sales.id)


@check("a .tdsx is published from an open file")
def publish_stream(context):
    path = context.server.datasources.download(context.found["sales"].id, context.file("stream"))
    item = TSC.DatasourceItem(context.default_project().id, name="From a stream")
    with open(path, "rb") as file:
        assert context.server.datasources.publish(item, file, "CreateNew").id


@check("revisions are listed, downloaded and deleted")
def revisions(context):
    item = context.server.datasources.get_by_id(context.found["sales"].id)
    context.server.datasources.populate_revisions(item)
    numbers = [revision.revision_number for revision in item.revisions]
    assert numbers == ["1", "2", "3", "4"] and [r.current for r in item.revisions] == [False, False, False, True]
    path = context.server.datasources.download_revision(item.id, "1", context.file("first"))
    assert os.path.getsize(path) > 0
    context.server.datasources.delete_revision(item.id, "1")
    context.server.datasources.populate_revisions(item)
    assert len(item.revisions) == 3


@check("permissions of a data source are added, read and deleted")
def permissions(context):
    item = context.server.datasources.get_by_id(context.found["sales"].id)
    group = next(entry for entry in context.server.groups.get()[0] if entry.name == "All Users")
    rule = TSC.PermissionsRule(group, {"Read": "Allow", "Write": "Deny"})
    context.server.datasources.update_permissions(item, [rule])
    context.server.datasources.populate_permissions(item)
    assert item.permissions[0].capabilities == {"Read": "Allow", "Write": "Deny"}
    context.server.datasources.delete_permission(item, rule)
    context.server.datasources.populate_permissions(item)
    assert item.permissions == []


@check("a data source is deleted and then unknown")
def delete(context):
    item = _named(context, "Certified")
    context.server.datasources.delete(item.id)
    raises(ServerResponseError, lambda: context.server.datasources.get_by_id(item.id), "404004")


def _named(context, name):
    return next(item for item in TSC.Pager(context.server.datasources) if item.name == name)
