"""Programs that `pulumi import` has the host write."""

import ast
from typing import NoReturn

import grpc
import pytest
from pulumi.runtime.proto import language_pb2

from toolchain.language_host.failure import HostFailure
from toolchain.language_host.generation import Generation
from toolchain.language_host.pcl import Block, Key, Name, Secret, parse
from toolchain.language_host.program_text import program

SERVICE = """\
package docker {
    baseProviderName = "docker"
}

resource "my svc" "docker:index/service:Service" {
    __logicalName = "My Svc"
    labels =[{
label = "a", value = "b"}]
    taskSpec ={
containerSpec ={
env ={
"A-b" = "x\\"$$${y}\\nz %%{"},
        replicas = 2, ratio = 0.5, image = "debian:trixie-slim", init = true, groups = [] }}
    networkId = net.id
    password = secret("p")
options {
protect =true
dependsOn = [net]
}
}
"""


def test_blocks_of_a_source() -> None:
    """Labels, values, blocks within, and keys of maps apart from names of properties."""
    package, service = parse(SERVICE)
    assert (package.kind, package.labels) == ("package", ["docker"])
    assert service.labels == ["my svc", "docker:index/service:Service"]
    assert service.blocks == [Block("options", [], {"protect": True, "dependsOn": [Name("net")]})]
    assert service.values["password"] == Secret("p")
    assert service.values["networkId"] == Name("net.id")
    task = service.values["taskSpec"]
    assert isinstance(task, dict)
    container = task[Key("containerSpec", is_property=True)]
    assert isinstance(container, dict)
    assert container[Key("env", is_property=True)] == {Key("A-b", is_property=False): 'x"$${y}\nz %{'}


def test_program_of_a_source() -> None:
    """Python that means the same; keys of maps stay as they are."""
    text = program([SERVICE])
    assert text.startswith(
        'import pulumi\nimport pulumi_docker as docker\n\nmy_svc = docker.Service("My Svc",\n'
    )
    (assignment,) = (node for node in ast.parse(text).body if isinstance(node, ast.Assign))
    call = assignment.value
    assert isinstance(call, ast.Call)
    given = {each.arg: each.value for each in call.keywords}
    assert ast.literal_eval(given["labels"]) == [{"label": "a", "value": "b"}]
    assert ast.literal_eval(given["task_spec"]) == {
        "container_spec": {
            "env": {"A-b": 'x"$${y}\nz %{'},
            "replicas": 2,
            "ratio": 0.5,
            "image": "debian:trixie-slim",
            "init": True,
            "groups": [],
        }
    }
    assert "network_id=net.id" in text
    assert 'password=pulumi.Output.secret("p")' in text
    assert "opts=pulumi.ResourceOptions(protect=True, depends_on=[" in text


def test_names_that_python_does_not_take() -> None:
    """A keyword, a number in front, a module that is not the package's own."""
    text = program(
        ['resource "2 class" "aws-x:ec2/vpc:Vpc" {\n lambda = 1 }\nresource class "random:index:X" { }']
    )
    assert "import pulumi_aws_x as aws_x" in text
    assert '_2_class = aws_x.ec2.Vpc("2 class",\n    lambda_=1)' in text
    assert 'class_ = random.X("class")' in text


def test_what_is_named_comes_first() -> None:
    """Whatever the order of the source; names in lists, objects, secrets and options count."""
    box = 'resource box "a:index:B" { x = [{ y = secret(img.id) }]\n options { dependsOn = [net] } }\n'
    rest = 'resource net "a:index:N" { }\nresource img "a:index:I" { }\n'
    lines = program([box + rest]).splitlines()
    starts = [line.partition(" = ")[0] for line in lines if " = a." in line]
    assert starts[-1] == "box"
    assert {*starts} == {"box", "net", "img"}
    with pytest.raises(HostFailure, match="in a circle"):
        program(['resource a "a:index:A" { x = b.id }\nresource b "a:index:B" { x = a.id }'])


@pytest.mark.parametrize(
    "source",
    [
        'resource x "a:b:C" { y = "${z}" }',
        'resource x "a:b:C" { y = fileAsset("z") }',
        'resource x "a:b:C" { y = ',
        'resource x "a:b:C" { y = [1 }',
        'resource x "a:b:C" { y = 1 + 2 }',
        'resource x "a:b:C" { y = {a 1} }',
    ],
)
def test_what_cannot_be_written_is_said(source: str) -> None:
    """A template, a function, an end too soon, an operator: by name, and that nothing is lost."""
    with pytest.raises(HostFailure, match="Nothing is lost"):
        program([source])


class Context:
    """A gRPC context that raises."""

    def abort(self, code: grpc.StatusCode, words: str) -> NoReturn:
        """End the request."""
        raise RuntimeError(f"{code.name}: {words}")


def test_the_engines_request() -> None:
    """Its sources become one program; what cannot be written ends the request in words."""
    request = language_pb2.GenerateProgramRequest(source={"anonymous.pp": SERVICE})
    answer = Generation().GenerateProgram(request, Context())
    assert answer.source["__main__.py"].decode() == program([SERVICE])
    request = language_pb2.GenerateProgramRequest(source={"anonymous.pp": 'resource x "a:b:C" { y = 1 + 2 }'})
    with pytest.raises(RuntimeError, match="FAILED_PRECONDITION: this stand-in"):
        Generation().GenerateProgram(request, Context())
