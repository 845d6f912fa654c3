"""The public certificate in service: what clients are shown, what is told of it, and what takes its place."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from invoke.context import Context

from certs import tasks
from certs.acme import front, obtaining, pair, service
from certs.acme.pair import Origin
from certs.ca.authority import authority
from certs.delivery import DeliveryProvider
from certs.desk import console
from certs.endpoints import endpoint
from certs.foreign import public_pair
from certs.pairs import store
from certs.pairs.leaf import Leaf, issue
from certs.pairs.profile import Profile
from certs.pairs.statement import serial_of
from certs.pairs.store import ensure
from certs.serving import renewal
from infra.balancer_file import content
from infra.scraping import scraping
from infra.tls import profiles
from operation import audit
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, Stack
from tests.certs.conftest import Ask, Clock, Files, Serve

NAMES = ("localhost", "www.example.test")
URL = "https://acme.example.test/dir"
STEP = Progress(quiet=True).step
Showing = Callable[[Leaf], Stack]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack whose issuing CA may sign for the public names, too."""
    found = Stack("crt-test", root=tmp_path)
    found.file.write_text("config: {'bem:certificates': {permitted: [www.example.test]}}\n")
    return found


@pytest.fixture
def own(stack: Stack, ask: Ask) -> Leaf:
    """Our own pair, which was delivered."""
    return ensure(stack, wish(ask))


def wish(ask: Ask) -> Profile:
    """The load balancer's."""
    return ask(
        party="load-balancer", common_name="load-balancer", names=["load-balancer", *NAMES], public=True
    )


@pytest.fixture
def theirs(tmp_path: Path, ask: Ask) -> Leaf:
    """A pair from a CA of somebody else."""
    other = Stack("other", tmp_path / "other", {"bem:certificates": {"names": list(NAMES)}})
    return issue(other, ask(names=list(NAMES), addresses=[]), authority(other))


@pytest.fixture
def showing(stack: Stack, files: Files, serve: Serve, theirs: Leaf) -> Showing:
    """A stack whose load balancer shows that pair; the other CA's root is in the stack's `ca_file`."""

    def shown(leaf: Leaf) -> Stack:
        (stack.root / "roots.pem").write_bytes(theirs.anchors)
        return switched_on(stack, serve(files(leaf)))

    return shown


def switched_on(stack: Stack, port: int, **acme: object) -> Stack:
    """The stack with ACME, and its load balancer at that port."""
    section = {"enabled": True, "terms_agreed": True, "directory_url": URL, "ca_file": "roots.pem"}
    given = {
        "bem:load_balancer": {"https_port": port, "http_port": 1},
        "bem:certificates": {"names": list(NAMES), "acme": section | acme},
    }
    return Stack(stack.name, root=stack.root, given=given)


@pytest.fixture(autouse=True)
def answering() -> Iterator[None]:
    """The load balancer knows our account."""
    with mock.patch.object(front, "answers"):
        yield


@pytest.fixture
def put() -> Iterator[mock.Mock]:
    """Stands for the delivery and the reload."""
    with mock.patch.object(renewal, "put") as found:
        yield found


def seen(stack: Stack) -> endpoint.Finding:
    """What the public endpoint shows."""
    return endpoint.look(stack, next(each for each in endpoint.endpoints(stack) if each.public))


def test_two_endpoints_with_acme_one_without(stack: Stack) -> None:
    """Under a public name, and under its own; without ACME all is as it was."""
    found = [each for each in endpoint.endpoints(switched_on(stack, 7)) if each.party == "load-balancer"]
    assert [(each.server_name, each.public) for each in found] == [
        ("localhost", True),
        ("load-balancer", False),
    ]
    plain = [each for each in endpoint.endpoints(stack) if each.party == "load-balancer"]
    assert [(each.server_name, each.public) for each in plain] == [("localhost", False)]


def test_acme_s_certificate_is_verified_as_a_stranger_would(
    showing: Showing, own: Leaf, theirs: Leaf
) -> None:
    """Against the further roots, with its issuer; without them it does not verify."""
    assert own
    stack = showing(theirs)
    pair.keep(stack, theirs.chain, theirs.key, Origin(url=URL, names=NAMES))
    found = seen(stack)
    assert (found.fault, found.stale) == ("", False)
    assert found.where.startswith("localhost:")
    assert found.served is not None
    assert found.served.issuer.startswith("BEM other issuing CA")
    port = stack.settings.load_balancer.https_port
    assert "does not verify" in seen(switched_on(stack, port, ca_file="")).fault
    assert "holds no certificates" in seen(switched_on(stack, port, ca_file="none.pem")).fault


def test_our_own_certificate_under_a_public_name_is_a_fault(
    showing: Showing, own: Leaf, theirs: Leaf
) -> None:
    """Before ACME's first it is what has to serve; afterwards it is stale as well."""
    stack = showing(own)
    found = seen(stack)
    assert "our own CA's certificate serves" in found.fault
    assert not found.stale
    pair.keep(stack, theirs.chain, theirs.key, Origin(url=URL, names=NAMES))
    assert seen(stack).stale


def test_what_differs_is_put_into_service(showing: Showing, own: Leaf, theirs: Leaf, put: mock.Mock) -> None:
    """A pair that was obtained and not delivered, as after a kill; what is shown already is left alone."""
    stack = showing(own)
    pair.keep(stack, theirs.chain, theirs.key, Origin(url=URL, names=NAMES))
    with mock.patch.object(obtaining, "ask_window"):
        result = service.serve(stack, STEP)
    assert (result.obtained, result.delivered) == (False, True)
    assert put.call_args.kwargs == {"renew": False}
    assert put.call_args.args[1].public


def test_what_is_shown_already_is_left_alone(
    showing: Showing, own: Leaf, theirs: Leaf, put: mock.Mock
) -> None:
    """Nothing is delivered a second time."""
    assert own
    stack = showing(theirs)
    pair.keep(stack, theirs.chain, theirs.key, Origin(url=URL, names=NAMES))
    with mock.patch.object(obtaining, "ask_window"):
        assert not service.serve(stack, STEP).delivered
    put.assert_not_called()


def test_our_own_takes_the_place_of_one_that_expired(
    stack: Stack, showing: Showing, own: Leaf, ask: Ask, clock: Clock, put: mock.Mock
) -> None:
    """When no new one can be had; the failure says what serves now."""
    other = Stack("old", stack.root, {"bem:certificates": {"names": list(NAMES)}})
    with clock(-100):
        old = issue(other, ask(names=list(NAMES)), authority(other))
    on = showing(old)
    pair.keep(on, old.chain, old.key, Origin(url=URL, names=NAMES))
    assert public_pair.shown(on, wish(ask), own) == own.chain + own.key
    down = Failure("the ACME server does not answer.", "x", "look at the network.")
    with mock.patch.object(obtaining, "obtain", side_effect=down), pytest.raises(Failure) as caught:
        service.serve(on, STEP)
    put.assert_called_once()
    assert "our own CA's certificate serves" in caught.value.meaning
    assert caught.value.remedy == "look at the network."


def test_a_silent_server_fails_nothing_while_none_is_due(
    showing: Showing, own: Leaf, theirs: Leaf, put: mock.Mock
) -> None:
    """The question for the window may go unanswered; the third of life counts then."""
    assert own
    assert put
    stack = showing(theirs)
    pair.keep(stack, theirs.chain, theirs.key, Origin(url=URL, names=NAMES))
    with mock.patch.object(obtaining, "connected", side_effect=Failure("silent")):
        assert not service.serve(stack, STEP).obtained


@pytest.mark.parametrize("due", [True, False])
def test_renewal_of_what_is_due_covers_the_public_one(
    stack: Stack, own: Leaf, due: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--due` does, and its dry run tells; by name it does not."""
    assert own
    on = switched_on(stack, 7)
    result = service.Result(plan=mock.Mock(), obtained=True, delivered=True)
    with (
        mock.patch.object(console, "stack_named", return_value=on),
        mock.patch.object(service, "serve", return_value=result) as serve,
        mock.patch.object(renewal, "renew"),
    ):
        tasks.renew(Context(), due=due, party="" if due else "load-balancer", dry_run=True)
        assert ("the public one:" in capsys.readouterr().out) is due
        serve.assert_not_called()
        tasks.renew(Context(), due=due, party="" if due else "load-balancer", json=True)
        assert serve.called is due
    assert audit.entries(stack)[-1].detail == ("public" if due else "load-balancer")


def test_a_wish_about_delivery_is_noted_without_a_new_pair(stack: Stack, ask: Ask) -> None:
    """ACME switched on: the pair stays, and the next renewal knows of the public one."""
    first = ensure(stack, ask(party="load-balancer", public=False))
    second = ensure(stack, ask(party="load-balancer", public=True))
    assert second.serial == first.serial
    assert [each.public for each in store.profiles(stack)] == [True]


def test_switching_on_is_a_delivery_and_an_older_state_is_none(ask: Ask) -> None:
    """So the volume has its public pair before HAProxy is told of it; older states know no such key."""
    props = {"volume": "v", "stack": "s", "image": "i"}
    profile = ask().model_dump(mode="json")
    off, on = props | {"profile": profile}, props | {"profile": profile | {"public": True}}
    older = props | {"profile": {key: value for key, value in profile.items() if key != "public"}}
    diff = DeliveryProvider().diff
    assert diff("v", off, on).changes is True
    assert diff("v", older, off).changes is False


def test_only_the_load_balancer_s_wish_is_public(stack: Stack) -> None:
    """And only with ACME."""
    on = [each.party for each in profiles(switched_on(stack, 7)) if each.public]
    assert on == ["load-balancer"]
    assert not any(each.public for each in profiles(stack))


def test_the_configuration_knows_of_acme_only_where_it_is_on(stack: Stack) -> None:
    """Off: no challenge, one pair, no account. On: our thumbprint, and the public pair beside ours."""
    checkout = Stack(stack.name, root=stack.root, given={})
    with mock.patch("infra.balancer_file.rendered", side_effect=_rendered):
        plain = content(checkout)
        assert "acme-challenge" not in plain
        assert "public.pem" not in plain
        assert not (stack.folder / "certs" / "acme").exists()
        on = switched_on(stack, 7)
        from certs.acme.account import thumbprint  # noqa: PLC0415

        assert f".{thumbprint(on)}" in content(on)
        assert "ssl crt-list /certs/current/public.list" in content(on)
        assert content(on) == content(on)


def _rendered(_stack: Stack, template: str, **values: object) -> str:
    """The template of this checkout, whatever the stack's root is."""
    from infra.templates import rendered  # noqa: PLC0415

    return rendered(Stack("x", root=ROOT), template, **values)


def test_strangers_eyes_look_only_with_acme(stack: Stack) -> None:
    """The black-box exporter asks by the public name then, and never else."""

    def asked(**section: object) -> list[dict[str, object]]:
        given = {**(switched_on(stack, 7).given or {}), "bem:monitoring": {"enabled": True}} | section
        jobs = scraping(Stack(stack.name, root=stack.root, given=given).settings)["scrape_configs"]
        probes = next(each for each in jobs if each["job_name"] == "probe")["static_configs"]
        return [each["labels"] for each in probes if each["labels"]["instance"] == "public"]

    assert [each["__param_hostname"] for each in asked()] == ["localhost"]
    assert asked(**{"bem:certificates": {}}) == []


def test_the_public_pair_is_listed_with_the_others(
    stack: Stack, own: Leaf, theirs: Leaf, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the word `public`; a stack that shows its own alone has no such line."""
    assert own
    on = switched_on(stack, 7)
    pair.keep(on, theirs.chain, theirs.key, Origin(url=URL, names=NAMES))
    for shown, parties in ((on, ["load-balancer", "public"]), (stack, ["load-balancer"])):
        with mock.patch.object(console, "stack_named", return_value=shown):
            tasks.show(Context(), json=True)
        rows = json.loads(capsys.readouterr().out)
        assert [row["party"] for row in rows] == parties
    assert serial_of(theirs.certificate) != serial_of(own.certificate)
