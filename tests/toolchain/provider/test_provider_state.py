"""Names, checked inputs, previews and what the engine keeps."""

import pytest

from tests.toolchain.provider.examples import NETWORK, SERVICE, VOLUME, changed
from toolchain.provider import state
from toolchain.provider.catalogue import RESOURCES
from toolchain.provider.configuration import host_of, refusals
from toolchain.provider.diff import deletes_first
from toolchain.provider.naming import DEFAULTS, NameRequest, named
from toolchain.provider.property_value import UNKNOWN, Properties, Secret, Value
from toolchain.provider.resource import Live, Resource

REQUEST = NameRequest("config-app", "urn:pulumi:local::bem::docker:index/secret:Secret::config-app", b"seed")


def _resource(kind: str) -> Resource:
    return RESOURCES[f"docker:index/{kind}"]


def test_a_name_is_given_once() -> None:
    """Logical name and seven hex digits; the next update keeps it, a replacement gets another."""
    first = named({}, {"data": "x"}, REQUEST)
    name = str(first["name"])
    assert name.startswith("config-app-")
    assert len(name) == len("config-app-") + 7
    assert int(name[-7:], 16) >= 0
    assert first[DEFAULTS] == ["name"]
    assert named(first, {"data": "y"}, REQUEST)["name"] == name
    again = NameRequest(REQUEST.logical, REQUEST.urn, b"another seed")
    assert named({}, {"data": "y"}, again)["name"] != name


def test_a_given_name_stays_as_it_is() -> None:
    """A program's own name has no digits and is nobody's default; taken away, a fresh one is made."""
    given = named({}, {"name": "mine"}, REQUEST)
    assert given == {"name": "mine"}
    assert str(named(given, {}, REQUEST)["name"]).startswith("config-app-")


def test_the_engines_own_names() -> None:
    """A proposed name is taken, and forbidden ones are left out."""
    proposed = NameRequest("a", "urn", b"", proposed="from-settings")
    assert named({}, {}, proposed)["name"] == "from-settings"
    assert named({}, {}, NameRequest("a", "urn", b"", forbidden=True)) == {}


def test_an_auto_named_resource_is_made_before_the_old_one_goes() -> None:
    """A config in use: new name, then the service, then the old one; with a name of its own the other way."""
    resource = _resource("serviceConfig:ServiceConfig")
    old = named({}, {"data": "YQ=="}, REQUEST)
    new = named(old, {"data": "Yg=="}, REQUEST)
    changes = resource.changes(old, new)
    assert [change.path for change in changes] == ["data"]
    assert not deletes_first(old, new)
    assert deletes_first({"name": "mine", "data": "YQ=="}, {"name": "mine", "data": "Yg=="})
    assert not deletes_first({"name": "mine"}, {"name": "another"})
    assert deletes_first({"name": "mine"}, {"name": "another"}, always=True)


def test_sensitive_data_is_secret_whatever_the_program_says() -> None:
    """A secret's data is marked; a config's is not, and stays marked where the program marks it."""
    plain: Properties = {"name": "a", "data": "YQ=="}
    assert state.checked(_resource("secret:Secret"), {}, plain, REQUEST)["data"] == Secret("YQ==")
    config = _resource("serviceConfig:ServiceConfig")
    assert state.checked(config, {}, plain, REQUEST)["data"] == "YQ=="
    assert state.checked(config, {}, {**plain, "data": Secret("YQ==")}, REQUEST)["data"] == Secret("YQ==")


def test_a_password_in_an_object_is_secret_whatever_the_program_says() -> None:
    """Where the object is known; what is not secret beside it stays readable, also in a fault."""
    image = _resource("image:Image")
    plain: Properties = {"server": "a.example", "username": "u", "password": "p"}
    inputs: Properties = {"imageName": "b.example/app", "build": UNKNOWN, "registry": plain}
    checked = state.checked(image, {}, inputs, REQUEST)
    assert checked["registry"] == {**plain, "password": Secret("p")}
    assert state.outputs(image, inputs, Live("id", inputs, {}))["registry"] == checked["registry"]
    hidden: Properties = {"imageName": "x", "registry": Secret(plain)}
    assert state.checked(image, {}, hidden, REQUEST)["registry"] == Secret(plain)
    ((path, reason),) = state.faults(image, checked)
    assert (path, reason.startswith("'a.example' is not the registry")) == ("registry.server", True)
    wrong: list[Value] = ["p", {**plain, "password": ["p"]}]
    for given in wrong:
        ((path, reason),) = state.faults(image, {**checked, "skipPush": True, "registry": given})
        assert (path, "'p'" in reason) == ("", False)


def test_faults_show_no_secret() -> None:
    """A wrong secret is not in the reason, nor is its property named so that the engine prints it."""
    secret = _resource("secret:Secret")
    shown = state.faults(secret, {"name": "a", "data": Secret(["hidden"])})
    assert shown == [("", "data: the secret value is not text")]
    ((path, reason),) = state.faults(_resource("volume:Volume"), {"name": ["shown"]})
    assert (path, reason) == ("name", "['shown'] is not text")


def test_secrets_in_an_environment_stay_secret_in_state() -> None:
    """Marks are where the program put them, in outputs and in inputs that were read."""
    path = "taskSpec.containerSpec.env"
    inputs = changed(SERVICE, path, {"PASSWORD": Secret("p"), "STACK": "local"})
    live_inputs = changed(SERVICE, path, {"PASSWORD": "changed by hand", "STACK": "local"})
    live = Live("id", live_inputs, {**live_inputs, "mode": {"replicated": {"replicas": 2}}})
    resource = _resource("service:Service")
    expected = {"PASSWORD": Secret("changed by hand"), "STACK": "local"}
    for kept in (state.outputs(resource, inputs, live), state.observed_inputs(resource, inputs, live)):
        task = kept["taskSpec"]
        assert isinstance(task, dict)
        container = task["containerSpec"]
        assert isinstance(container, dict)
        assert container["env"] == expected
    assert state.outputs(resource, inputs, live)["mode"] == {"replicated": {"replicas": 2}}


def test_preview_of_a_new_resource() -> None:
    """What Docker computes is unknown, what the program gives is known."""
    shown = state.preview(_resource("network:Network"), NETWORK, {})
    assert shown["scope"] == UNKNOWN
    assert shown["ipamConfigs"] == UNKNOWN
    assert shown["driver"] == "overlay"
    assert state.preview(_resource("volume:Volume"), VOLUME, {})["mountpoint"] == UNKNOWN


def test_preview_of_an_update() -> None:
    """What stays in place is known; an image's digest is not."""
    old: Properties = {**SERVICE, "endpointSpec": {"mode": "vip"}}
    inputs = changed(SERVICE, "endpointSpec", None)
    assert state.preview(_resource("service:Service"), inputs, old)["endpointSpec"] == {"mode": "vip"}
    image = state.preview(_resource("image:Image"), {"imageName": "a"}, {"repoDigest": "sha256:1"})
    assert image["repoDigest"] == UNKNOWN


@pytest.mark.parametrize("name", ["registryAuth", "certPath", "sshOpts"])
def test_configuration_that_would_be_ignored_is_refused(name: str) -> None:
    """By name; what is empty says nothing."""
    assert [fault.path for fault in refusals({name: "x"})] == [name]
    assert list(refusals({name: "", "host": "unix:///x", "version": "5.2.0", "__internal": {}})) == []


def test_host_of_the_configuration() -> None:
    """The engine's address; nothing means the environment's."""
    assert host_of({"host": "tcp://10.0.0.1:2376"}) == "tcp://10.0.0.1:2376"
    assert host_of({}) == ""
