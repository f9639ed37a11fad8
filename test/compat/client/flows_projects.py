"""Projects: paging, filters, paths, create, change, delete, permissions."""

import tableauserverclient as TSC

from runner import check, raises

ServerResponseError = TSC.ServerResponseError


def _filter(field, operator, value):
    options = TSC.RequestOptions()
    options.filter.add(TSC.Filter(field, operator, value))
    return options


Field, Operator = TSC.RequestOptions.Field, TSC.RequestOptions.Operator


@check("a project is created with description and permissions mode")
def create(context):
    item = TSC.ProjectItem("Compat", description="made by a test", content_permissions="LockedToProject")
    project = context.server.projects.create(item)
    context.found["compat"] = project
    assert project.id and project.description == "made by a test" and project.content_permissions == "LockedToProject"


@check("a project of the same name in another case is refused with 409006")
def duplicate(context):
    raises(ServerResponseError, lambda: context.server.projects.create(TSC.ProjectItem("COMPAT")), "409006")


@check("a child may have the name of its uncle")
def nested(context):
    parent = context.found["compat"]
    child = context.server.projects.create(TSC.ProjectItem("Sales", parent_id=parent.id))
    assert child.parent_id == parent.id
    context.found["child"] = child


@check("a project below an unknown parent is refused with 404005")
def unknown_parent(context):
    item = TSC.ProjectItem("Orphan", parent_id="11111111-2222-3333-4444-555555555555")
    raises(ServerResponseError, lambda: context.server.projects.create(item), "404005")


@check("the pager walks all pages and sees each project once")
def paging(context):
    parent = context.found["compat"]
    for number in range(25):
        context.server.projects.create(TSC.ProjectItem(f"Page {number:02}", parent_id=parent.id))
    pager = TSC.Pager(context.server.projects, TSC.RequestOptions(pagesize=7))
    ids = [project.id for project in pager]
    assert len(ids) == len(set(ids)) > 35


@check("the first page says how many there are")
def pagination(context):
    projects, page = context.server.projects.get(TSC.RequestOptions(pagesize=5))
    assert len(projects) == 5 and page.page_size == 5 and page.page_number == 1 and page.total_available > 35


@check("a page past the end is refused with 400006")
def past_the_end(context):
    options = TSC.RequestOptions(pagenumber=1000, pagesize=100)
    raises(ServerResponseError, lambda: context.server.projects.get(options), "400006")


@check("a filter by name finds equal names in different parents")
def filter_name(context):
    projects, _ = context.server.projects.get(_filter(Field.Name, Operator.Equals, "Sales"))
    assert len(projects) == 3 and len({project.parent_id for project in projects}) == 3


@check("filter values with blanks, plus, colon and umlauts survive the encoding")
def filter_encoding(context):
    name = "Größe a b + c: d"
    made = context.server.projects.create(TSC.ProjectItem(name))
    projects, _ = context.server.projects.get(_filter(Field.Name, Operator.Equals, name))
    assert [project.id for project in projects] == [made.id]


@check("filters below 3.7 come raw and work as well")
def filter_raw(context):
    server = context.signed_in(version="3.6")
    projects, _ = server.projects.get(_filter(Field.Name, Operator.Equals, "Page 01"))
    assert len(projects) == 1


@check("an ampersand in a filter value is refused with 400065")
def filter_ampersand(context):
    options = _filter(Field.Name, Operator.Equals, "Weather & Climate")
    raises(ServerResponseError, lambda: context.server.projects.get(options), "400065")


@check("an asterisk in a filter value stands for any text")
def filter_wildcard(context):
    projects, _ = context.server.projects.get(_filter(Field.Name, Operator.Equals, "Weather * Climate"))
    assert [project.name for project in projects] == ["Weather & Climate"]


@check("a list filter takes several names")
def filter_in(context):
    projects, _ = context.server.projects.get(_filter(Field.Name, Operator.In, ["Page 01", "Page 02", "its"]))
    assert sorted(project.name for project in projects) == ["Page 01", "Page 02"]


@check("the case-insensitive filter finds any case")
def filter_ignoring_case(context):
    projects, _ = context.server.projects.get(_filter(Field.Name, Operator.CaseInsensitiveEquals, "pAGE 01"))
    assert len(projects) == 1


@check("a query set filters, orders and counts")
def query_set(context):
    found = context.server.projects.filter(parent_project_id=context.found["compat"].id).order_by("-name")
    names = [project.name for project in found]
    assert len(names) == 26 and names == sorted(names, reverse=True)


@check("an empty result is an empty list")
def empty(context):
    projects, page = context.server.projects.get(_filter(Field.Name, Operator.Equals, "no such project"))
    assert projects == [] and page.total_available == 0


@check("a path is resolved step by step")
def by_path(context):
    sales = context.server.projects.get_by_path("Finance/Sales/Archive")
    assert sales.name == "Archive" and context.server.projects.get_by_path("Finance/Nope") is None


@check("a project is fetched by its id")
def by_id(context):
    project = context.found["child"]
    assert context.server.projects.get_by_id(project.id).name == "Sales"


@check("all fields hold counts of the content")
def all_fields(context):
    options = TSC.RequestOptions()
    options.all_fields = True
    options.filter.add(TSC.Filter(Field.Name, Operator.Equals, "Compat"))
    [project], _ = context.server.projects.get(options)
    assert project.project_count == 26 and project.owner_id


@check("a project is renamed and described anew")
def update(context):
    project = context.server.projects.get_by_id(context.found["child"].id)
    project.name, project.description = "Sales 2", "other"
    changed = context.server.projects.update(project)
    assert changed.name == "Sales 2" and changed.description == "other"


@check("a rename to a taken name is refused with 409006")
def rename_clash(context):
    project = context.server.projects.get_by_id(context.found["child"].id)
    project.name = "Page 01"
    raises(ServerResponseError, lambda: context.server.projects.update(project), "409006")


@check("the default project can't be deleted")
def delete_default(context):
    raises(ServerResponseError, lambda: context.server.projects.delete(context.default_project().id), "403003")


@check("permissions of a project are added, read and deleted")
def permissions(context):
    project = context.found["compat"]
    viewer = next(user for user in context.server.users.get()[0] if user.name == "viewer")
    rule = TSC.PermissionsRule(viewer, {TSC.Permission.Capability.Read: TSC.Permission.Mode.Allow})
    context.server.projects.update_permissions(project, [rule])
    context.server.projects.populate_permissions(project)
    assert [item.grantee.id for item in project.permissions] == [viewer.id]
    context.server.projects.delete_permission(project, [rule])
    context.server.projects.populate_permissions(project)
    assert project.permissions == []


@check("default permissions of a project are added, read and deleted")
def default_permissions(context):
    project = context.found["compat"]
    group = next(item for item in context.server.groups.get()[0] if item.name == "Analysts")
    rule = TSC.PermissionsRule(group, {TSC.Permission.Capability.Connect: TSC.Permission.Mode.Deny})
    context.server.projects.update_datasource_default_permissions(project, [rule])
    context.server.projects.populate_datasource_default_permissions(project)
    assert project.default_datasource_permissions[0].capabilities == {"Connect": "Deny"}
    context.server.projects.delete_datasource_default_permissions(project, rule)


@check("deleting a project deletes what is below it")
def delete(context):
    context.server.projects.delete(context.found["compat"].id)
    projects, _ = context.server.projects.get(_filter(Field.Name, Operator.Equals, "Page 01"))
    assert projects == []
