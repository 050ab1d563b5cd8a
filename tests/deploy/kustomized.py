"""What `kustomize build` makes of an overlay, in the few forms that deploy/kubernetes uses; any other form is refused.

Names are as written: the hash that kustomize puts behind a generated ConfigMap's name, and behind what refers to it, is
left out.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]
FORMS = {
    "apiVersion", "kind", "resources", "namespace", "labels", "images", "configMapGenerator", "patches",
}  # fmt: skip
# What makes two entries of a list the same one; a list that is not here is replaced as a whole.
SAME_BY = {
    "containers": "name", "initContainers": "name", "env": "name", "volumes": "name", "volumeMounts": "mountPath",
    "ports": "containerPort", "topologySpreadConstraints": "topologyKey",
}  # fmt: skip


def built(folder: Path) -> list[Resource]:
    """The resources of a kustomization, with its patches, settings, images and namespace in them."""
    wanted = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert wanted.keys() <= FORMS, f"{folder}: {wanted.keys() - FORMS} is a form that this does not know"
    resources = [one for name in wanted["resources"] for one in _resources(folder / name)]
    for generator in wanted.get("configMapGenerator", ()):
        _generate(resources, generator)
    for patch in wanted.get("patches", ()):
        assert patch.keys() == {"path", "target"}
        _patch(resources, yaml.safe_load((folder / patch["path"]).read_text()), patch["target"])
    for resource in resources:
        _finish(resource, wanted)
    return resources


def pods(resources: list[Resource]) -> Iterator[tuple[str, Resource]]:
    """Each pod's name and spec."""
    for resource in resources:
        if resource["kind"] in ("Deployment", "Job"):
            yield resource["metadata"]["name"], resource["spec"]["template"]["spec"]


def containers(pod: Resource) -> list[Resource]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def _resources(path: Path) -> list[Resource]:
    if path.is_dir():
        return built(path)
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def _generate(resources: list[Resource], generator: Mapping[str, Any]) -> None:
    data = dict(literal.split("=", 1) for literal in generator["literals"])
    if generator.get("behavior", "create") == "merge":
        (known,) = [one for one in resources if _is(one, {"kind": "ConfigMap", "name": generator["name"]})]
        known["data"] |= data
        return
    metadata = {"name": generator["name"]}
    resources.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def _is(resource: Resource, target: Mapping[str, str]) -> bool:
    assert target.keys() <= {"kind", "name"}
    named = re.fullmatch(target.get("name", ".*"), resource["metadata"]["name"])
    return resource["kind"] == target["kind"] and named is not None


def _patch(resources: list[Resource], patch: Resource, target: Mapping[str, str]) -> None:
    meant = [one for one in resources if _is(one, target)]
    assert meant, f"nothing is {target}"
    changes = {name: value for name, value in patch.items() if name not in ("apiVersion", "kind", "metadata")}
    for resource in meant:
        resource.update(_merged(resource, copy.deepcopy(changes)))


def _merged(old: Any, new: Any, field: str = "") -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: _merged(old.get(name), value, name) for name, value in new.items()}
    if isinstance(old, list) and isinstance(new, list) and field in SAME_BY:
        key = SAME_BY[field]
        theirs = {one[key]: one for one in new}
        kept = [_merged(one, theirs.pop(one[key]), field) if one[key] in theirs else one for one in old]
        return [*kept, *theirs.values()]
    return new


def _finish(resource: Resource, wanted: Mapping[str, Any]) -> None:
    if "namespace" in wanted:
        resource["metadata"]["namespace"] = wanted["namespace"]
    for label in wanted.get("labels", ()):
        resource["metadata"].setdefault("labels", {}).update(label["pairs"])
    images = {image["name"]: f"{image['newName']}:{image['newTag']}" for image in wanted.get("images", ())}
    for _, pod in pods([resource]):
        for container in containers(pod):
            container["image"] = images.get(container["image"], container["image"])
