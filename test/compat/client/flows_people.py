"""Users, groups and sites."""

import tableauserverclient as TSC

from runner import check, raises

ServerResponseError = TSC.ServerResponseError


@check("users are listed with their site roles")
def users(context):
    found, page = context.server.users.get()
    assert {user.name for user in found} >= {"admin", "publisher", "viewer"} and page.total_available == len(found)
    assert {user.name: user.site_role for user in found}["viewer"] == "Viewer"


@check("all fields of users are read")
def user_fields(context):
    [user] = context.server.users.filter(name="publisher").fields("_all_")
    assert user.fullname == "Paula Publisher" and user.email and user.domain_name == "local"


@check("a user is fetched by id")
def user_by_id(context):
    assert context.server.users.get_by_id(context.server.user_id).name == "admin"


@check("an unknown user is 404002")
def unknown_user(context):
    missing = "11111111-2222-3333-4444-555555555555"
    raises(ServerResponseError, lambda: context.server.users.get_by_id(missing), "404002")


@check("a user is added, changed and removed")
def change_user(context):
    user = context.server.users.add(TSC.UserItem("newcomer", "Explorer"))
    user.fullname, user.site_role = "New Comer", "Viewer"
    context.server.users.update(user, "secret")
    assert context.server.users.get_by_id(user.id).fullname == "New Comer"
    context.server.users.remove(user.id)
    raises(ServerResponseError, lambda: context.server.users.get_by_id(user.id), "404002")


@check("a user who owns content can't be removed")
def remove_owner(context):
    raises(ServerResponseError, lambda: context.server.users.remove(context.server.user_id), "409003")


@check("groups are listed; All Users holds everyone")
def groups(context):
    found, _ = context.server.groups.get()
    everyone = next(group for group in found if group.name == "All Users")
    context.server.groups.populate_users(everyone)
    assert {user.name for user in everyone.users} >= {"admin", "publisher", "viewer"}


@check("the groups of a user are listed")
def groups_of_user(context):
    publisher = next(user for user in context.server.users.get()[0] if user.name == "publisher")
    context.server.users.populate_groups(publisher)
    assert {group.name for group in publisher.groups} == {"All Users", "Analysts"}


@check("a group is created, filled, emptied, renamed and deleted")
def change_group(context):
    item = TSC.GroupItem("Testers")
    item.minimum_site_role = "Explorer"
    group = context.server.groups.create(item)
    assert group.minimum_site_role == "Explorer"
    users = {user.name: user for user in context.server.users.get()[0]}
    context.server.groups.add_user(group, users["viewer"].id)
    context.server.groups.add_users(group, [users["publisher"], users["admin"]])
    context.server.groups.populate_users(group)
    assert len(list(group.users)) == 3
    context.server.groups.remove_user(group, users["viewer"].id)
    context.server.groups.remove_users(group, [users["publisher"]])
    context.server.groups.populate_users(group)
    assert [user.name for user in group.users] == ["admin"]
    group.name = "Examiners"
    assert context.server.groups.update(group).name == "Examiners"
    context.server.groups.delete(group.id)
    assert "Examiners" not in {entry.name for entry in context.server.groups.get()[0]}


@check("a group of the same name is refused with 409009")
def duplicate_group(context):
    raises(ServerResponseError, lambda: context.server.groups.create(TSC.GroupItem("analysts")), "409009")


@check("both sites are listed")
def sites(context):
    found, _ = context.server.sites.get()
    assert {site.content_url for site in found} == {"demo", "second"}


@check("a site is fetched by id and by name")
def one_site(context):
    by_id = context.server.sites.get_by_id(context.server.site_id)
    assert by_id.content_url == "demo" and by_id.state == "Active"
    assert context.server.sites.get_by_name("Demo").id == by_id.id


@check("the content of one site is not on the other")
def separate_sites(context):
    other = context.signed_in(context.password_auth(site=1))
    context.publish("Only here")
    assert "Only here" not in {item.name for item in TSC.Pager(other.datasources)}
