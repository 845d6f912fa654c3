"""Property values on the wire, kinds of values, and what is refused."""

import pytest

from toolchain.provider.kind import (
    Boolean,
    Duration,
    Environment,
    Integer,
    Kind,
    Ratio,
    Text,
    TextMap,
    Texts,
    nanoseconds,
)
from toolchain.provider.pair_kind import GlobalMode, Hosts, KeyValues, Labels, Preferences
from toolchain.provider.property_value import (
    UNKNOWN,
    Json,
    Properties,
    Secret,
    Value,
    has_secret,
    has_unknown,
    marked_like,
    plain,
    read,
    revealed,
    write,
)

LABEL: dict[str, Value] = {"label": "a", "value": "b"}


def test_values_survive_the_wire() -> None:
    """Numbers, texts, objects, lists, unknown values and secrets at any depth come back as they went."""
    values: Properties = {
        "text": "x",
        "number": 1.5,
        "flag": False,
        "list": [1, "two", {"three": Secret("3")}],
        "secret": Secret({"inner": ["deep", True]}),
        "unknown": UNKNOWN,
        "nested": {"env": {"PASSWORD": Secret("p"), "STACK": "local"}},
        "empty": {},
    }
    assert read(write(values)) == values


def test_absent_values_are_left_out() -> None:
    """None at the top says nothing; a None inside an object is kept."""
    assert read(write({"gone": None, "kept": {"inner": None}})) == {"kept": {"inner": None}}


def test_big_payload_survives_the_wire() -> None:
    """A config of Swarm's largest size goes through whole."""
    data = "QUJD" * 250_000
    assert read(write({"data": Secret(data)})) == {"data": Secret(data)}


def test_secrets_and_unknowns_are_found_at_any_depth() -> None:
    """Inside lists, objects and other secrets; what has none is not suspected."""
    deep: Value = [{"a": Secret([UNKNOWN])}]
    assert has_secret(deep)
    assert has_unknown(deep)
    assert not has_secret([{"a": "b"}])
    assert not has_unknown(Secret("b"))
    assert plain(deep) == [{"a": [UNKNOWN]}]
    assert revealed({"x": deep}) == {"x": [{"a": [UNKNOWN]}]}


@pytest.mark.parametrize(
    ("model", "value", "marked"),
    [
        (Secret("a"), "b", Secret("b")),
        ({"A": Secret("a"), "B": "b"}, {"A": "x", "B": "y"}, {"A": Secret("x"), "B": "y"}),
        (["a", Secret("b")], ["a", "b"], ["a", Secret("b")]),
        (["a", Secret("b")], ["a", "c"], Secret(["a", "c"])),
        ("a", "b", "b"),
        (None, {"new": "x"}, {"new": "x"}),
    ],
)
def test_marks_follow_the_model(model: Value, value: Value, marked: Value) -> None:
    """A value is secret where its model is; a list that differs and had a secret is secret as a whole."""
    assert marked_like(model, value) == marked


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Text(), "x"),
        (Text(("a", "b")), "a"),
        (Boolean(), True),
        (Integer(), 3.0),
        (Duration(), "1m30s"),
        (Duration(), "0s"),
        (Ratio(), "0.25"),
        (Texts(), ["a"]),
        (TextMap(), {"a": 1.0, "b": True, "c": "x"}),
        (Labels(), [LABEL]),
        (GlobalMode(), True),
        *((kind, UNKNOWN) for kind in (Text(("a",)), Boolean(), Integer(), Duration(), Texts(), Labels())),
    ],
)
def test_kinds_take_what_is_right(kind: Kind, value: Value) -> None:
    """Values of the right form, and values that are not known yet."""
    assert list(kind.faults(value, "p")) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Text(), 1.0),
        (Text(("a", "b")), "c"),
        (Boolean(), "true"),
        (Integer(), -1.0),
        (Integer(), 1.5),
        (Integer(), True),
        (Duration(), "90"),
        (Duration(), "-1s"),
        (Ratio(), "1.5"),
        (Texts(), "a"),
        (Texts(), [1.0]),
        (TextMap(), {"a": ["b"]}),
        (Labels(), {"a": "b"}),
        (Labels(), [{"label": "a"}]),
        (GlobalMode(), "yes"),
    ],
)
def test_kinds_refuse_what_is_wrong(kind: Kind, value: Value) -> None:
    """Another type, another form, a number out of range: one fault each, at the value's path."""
    (fault,) = kind.faults(value, "p.q")
    assert fault.path.startswith("p.q")
    assert " is " in f" {fault.reason}"


@pytest.mark.parametrize(
    ("kind", "value", "api"),
    [
        (Integer(), 1048576.0, 1048576),
        (Duration(), "1m30s", 90_000_000_000),
        (Duration(), "500ms", 500_000_000),
        (Ratio(), "0.25", 0.25),
        (Environment(), {"B": "2", "A": "x=y"}, ["A=x=y", "B=2"]),
        (Labels(), [LABEL], {"a": "b"}),
        (Hosts(), [{"ip": "10.0.0.1", "host": "db"}], ["10.0.0.1 db"]),
        (KeyValues(), ["a=b"], {"a": "b"}),
        (Preferences(), ["node.labels.rack"], [{"Spread": {"SpreadDescriptor": "node.labels.rack"}}]),
        (GlobalMode(), True, {}),
    ],
)
def test_spelling_goes_both_ways(kind: Kind, value: Value, api: Json) -> None:
    """Docker's spelling is exact, and read back it means the same."""
    assert kind.to_api(value) == api
    assert kind.normal(kind.from_api(api)) == kind.normal(value)


def test_numbers_in_an_environment_become_text() -> None:
    """As the official provider has it: whole numbers without a point, truth values in lower case."""
    assert Environment().to_api({"PORT": 8080.0, "DEBUG": True, "RATIO": 0.5}) == [
        "DEBUG=true",
        "PORT=8080",
        "RATIO=0.5",
    ]
    assert Environment().normal({"PORT": 8080.0}) == Environment().normal({"PORT": "8080"})


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Duration(), "90s", "1m30s"),
        (Duration(), "0s", None),
        (Integer(), 0.0, None),
        (Texts(is_set=True), ["b", "a"], ["a", "b"]),
        (Labels(), [{"label": "b", "value": "1"}, LABEL], [LABEL, {"label": "b", "value": "1"}]),
        (TextMap(), {}, None),
        (Ratio(), "0.0", "0"),
    ],
)
def test_equal_meaning_is_equal(kind: Kind, one: Value, other: Value) -> None:
    """Spelling and the order of sets say nothing; nothing is what Docker takes as absent."""
    assert kind.normal(one) == kind.normal(other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Duration(), "90s", "91s"),
        (Texts(), ["b", "a"], ["a", "b"]),
        (Labels(), [LABEL], [{"label": "a", "value": "c"}]),
        (Boolean(), True, False),
    ],
)
def test_other_meaning_is_other(kind: Kind, one: Value, other: Value) -> None:
    """A list's order counts, and so does every value."""
    assert kind.normal(one) != kind.normal(other)


def test_labels_with_an_unknown_value_compare() -> None:
    """A label whose value comes from another resource is another label, without an error."""
    unknown: Value = [{"label": "a", "value": UNKNOWN}]
    assert Labels().normal(unknown) != Labels().normal([LABEL])
    assert Labels().normal(UNKNOWN) == UNKNOWN
    assert list(Labels().faults([UNKNOWN], "labels")) == []


def test_nanoseconds_of_go_durations() -> None:
    """All of Go's units, alone and in a row."""
    assert [nanoseconds(text) for text in ("1h2m", "1.5s", "10us", "3ns", "0")] == [
        3_720_000_000_000,
        1_500_000_000,
        10_000,
        3,
        0,
    ]
