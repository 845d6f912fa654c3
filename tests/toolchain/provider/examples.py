"""Inputs of each kind as the engine sends them, with all that infra/ uses."""

from toolchain.provider.property_value import Properties, Value

TRIAL: list[Value] = [{"label": "bem.stack", "value": "local"}]

NETWORK: Properties = {"name": "net", "driver": "overlay", "internal": True, "labels": TRIAL}
VOLUME: Properties = {"name": "data", "labels": TRIAL}
SECRET: Properties = {"name": "secret", "data": "aGFsbG8=", "labels": TRIAL}
CONFIG: Properties = {"name": "config", "data": "aGFsbG8=", "labels": TRIAL}

CONTAINER: dict[str, Value] = {
    "image": "sha256:" + "1" * 64,
    "args": ["serve", "--port=8443"],
    "env": {"B": "2", "A": "1"},
    "user": "10001:10001",
    "hostname": "api",
    "readOnly": True,
    "capDrops": ["ALL"],
    "capAdds": ["CAP_NET_BIND_SERVICE"],
    "sysctl": {},
    "stopSignal": "SIGTERM",
    "stopGracePeriod": "30s",
    "labels": [{"label": "bem.role", "value": "api"}],
    "mounts": [
        {"type": "volume", "target": "/data", "source": "data", "readOnly": False},
        {"type": "tmpfs", "target": "/run", "tmpfsOptions": {"sizeBytes": 1048576.0, "mode": 1023.0}},
    ],
    "configs": [
        {"configId": "c1", "configName": "config", "fileName": "/etc/api.conf", "fileMode": 292.0},
    ],
    "secrets": [
        {
            "secretId": "s1",
            "secretName": "secret",
            "fileName": "/run/secrets/key",
            "fileUid": "10001",
            "fileGid": "10001",
            "fileMode": 256.0,
        },
    ],
    "healthcheck": {
        "tests": ["CMD", "/usr/local/bin/healthy"],
        "interval": "2s",
        "timeout": "5s",
        "retries": 5.0,
        "startPeriod": "1m0s",
    },
}

SERVICE: Properties = {
    "name": "local_api",
    "labels": TRIAL,
    "mode": {"replicated": {"replicas": 2.0}},
    "endpointSpec": {
        "mode": "dnsrr",
        "ports": [
            {
                "targetPort": 8443.0,
                "publishedPort": 8443.0,
                "publishMode": "host",
                "protocol": "tcp",
                "name": "port-8443",
            }
        ],
    },
    "updateConfig": {
        "order": "start-first",
        "parallelism": 1.0,
        "monitor": "5s",
        "failureAction": "rollback",
    },
    "rollbackConfig": {"order": "start-first", "parallelism": 1.0},
    "convergeConfig": {"delay": "1s", "timeout": "180s"},
    "taskSpec": {
        "containerSpec": CONTAINER,
        "networksAdvanceds": [{"id": "n1", "aliases": ["api"]}],
        "restartPolicy": {"condition": "any", "delay": "1s", "window": "0s"},
    },
}

IMAGE: Properties = {
    "imageName": "bem-api:local",
    "skipPush": True,
    "buildOnPreview": False,
    "build": {
        "context": "app",
        "dockerfile": "app/Dockerfile",
        "args": {"BASE": "debian"},
        "builderVersion": "BuilderV1",
        "platform": "linux/amd64",
    },
}


def changed(inputs: Properties, path: str, value: Value) -> Properties:
    """The inputs with another value at a dotted path; None takes it away."""
    name, _, rest = path.partition(".")
    inner = inputs.get(name)
    if rest:
        return {**inputs, name: changed(inner if isinstance(inner, dict) else {}, rest, value)}
    return {key: item for key, item in {**inputs, name: value}.items() if item is not None}
