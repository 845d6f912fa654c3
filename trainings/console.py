"""What a person sees of training jobs."""

import json

from operation.failure import refusal
from operation.mutation import mutation
from operation.stack import Stack
from trainings import jobs as kept


def start(stack: Stack, graph: str, epochs: int, *, dry_run: bool, as_json: bool) -> None:
    """Queues a job and says its number."""
    _present(stack)
    content: dict[str, object] = {"graph": graph, "epochs": epochs}
    if dry_run:
        print(json.dumps({"would_train": content}) if as_json else f"would train {graph} for {epochs} epochs")
        return
    with mutation(stack, f"train {graph}") as outcome:
        number = kept.start(stack, graph, epochs)
        outcome.detail = f"job {number}"
    said = f"job {number} is queued; `invoke train.jobs` shows it"
    print(json.dumps({"job": number, **content}) if as_json else said)


def jobs(stack: Stack, most: int, *, as_json: bool) -> None:
    """Prints the newest jobs."""
    found = kept.jobs(stack, most)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    if not found:
        print("no job yet: `invoke train GRAPH`")
    for each in found:
        end = (each["sha256"] and f"{each['artefact']} sha256:{each['sha256'][:16]}…") or each["reason"] or ""
        figures = f"loss {each['loss']} accuracy {each['accuracy']}" if each["loss"] is not None else ""
        progress = f"{each['epoch']}/{each['epochs']}"
        print(f"{each['job']:5} {each['graph']:14} {each['state']:8} {progress:12} {figures}  {end}".rstrip())


def sample(stack: Stack, graph: str, nodes: int, classes: int, *, dry_run: bool, as_json: bool) -> None:
    """Writes a made-up graph and says how large it is."""
    content: dict[str, object] = {"graph": graph, "nodes": nodes, "classes": classes}
    if dry_run:
        said = f"would write graph {graph}: {nodes} nodes of {classes} classes"
        print(json.dumps({"would_write": content}) if as_json else said)
        return
    with mutation(stack, f"train.sample {graph}"):
        edges = kept.sample(stack, graph, nodes, classes)
    said = f"graph {graph}: {nodes} nodes of {classes} classes, {edges} edges"
    print(json.dumps({**content, "edges": edges}) if as_json else said)


def _present(stack: Stack) -> None:
    if not stack.settings.training.enabled:
        raise refusal(
            f"stack {stack.name} has no training.",
            remedy="set bem:training.enabled to true in its file, then `invoke up`.",
        )
