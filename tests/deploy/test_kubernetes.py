"""The manifests for Kubernetes, held against its schemas and against what Teller is; there is no cluster here."""

import copy
import importlib
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml
from kustomized import Resource, built, containers, pods

from bot.cli import COMMANDS
from bot.cli.run import Role
from bot.conversation import STOP_S
from bot.server import GRACE_S
from bot.settings import PROJECT
from bot.settings.made_up import MADE
from bot.settings.production import ALWAYS, every_secret
from bot.settings.shape import Settings, env_name, known_names

FOLDER = PROJECT / "deploy" / "kubernetes"
OVERLAYS = ("sandbox", "production")
OF_THE_CLUSTER = "1.30"  # the oldest that the manifests are for
APART = {Role.ALL, Role.SANDBOX}  # one process for everything, and the world of a newcomer
SETTINGS, SECRETS = "teller-settings", "teller-secrets"
STOPS_S = GRACE_S + 2 * STOP_S  # the web, then turns, then what they send

WHOLE = {name: built(FOLDER / "overlays" / name) for name in OVERLAYS}
EVERY = [
    pytest.param(resource, id=f"{overlay}-{resource['kind']}-{resource['metadata']['name']}")
    for overlay, resources in WHOLE.items()
    for resource in resources
]
PODS = [
    pytest.param(overlay, name, pod, id=f"{overlay}-{name}")
    for overlay, resources in WHOLE.items()
    for name, pod in pods(resources)
]
OURS = [param for param in PODS if "teller" in param.values[2]["containers"][0]["image"]]


def one(overlay: str, kind: str, name: str) -> Resource:
    (found,) = [r for r in WHOLE[overlay] if r["kind"] == kind and r["metadata"]["name"] == name]
    return found


def of_kind(overlay: str, kind: str) -> dict[str, Resource]:
    return {r["metadata"]["name"]: r for r in WHOLE[overlay] if r["kind"] == kind}


@pytest.fixture(autouse=True, scope="module")
def schemas_read_once() -> Iterator[None]:
    """All schemas of a version are one large file, and it is read for each resource."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kubernetes_validate.utils, "schema_contents", cache(kubernetes_validate.utils.schema_contents))
        yield


@pytest.mark.parametrize("resource", EVERY)
def test_a_resource_fits_its_schema(resource: Resource) -> None:
    kubernetes_validate.validate(resource, OF_THE_CLUSTER, strict=True)


def test_a_resource_that_does_not_fit_would_be_noticed() -> None:
    broken = copy.deepcopy(one("production", "Deployment", "worker"))
    broken["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, OF_THE_CLUSTER, strict=True)


def test_every_file_beside_a_kustomization_is_part_of_it() -> None:
    for file in FOLDER.rglob("kustomization.yaml"):
        wanted = yaml.safe_load(file.read_text())
        named = {*wanted["resources"], *[patch["path"] for patch in wanted.get("patches", ())]}
        there = {path.name for path in file.parent.glob("*.yaml")} - {"kustomization.yaml"}
        assert there == {name for name in named if name.endswith(".yaml")}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_role_is_a_deployment_and_there_is_no_other(overlay: str) -> None:
    roles = {
        name: pod["containers"][0]["args"][2]
        for name, pod in pods(WHOLE[overlay])
        if pod["containers"][0].get("args", [""])[0] == "run"
    }
    wanted = set(Role) - (APART if overlay == "production" else {Role.ALL})
    assert set(roles.values()) == {role.value for role in wanted}
    assert all(name == role for name, role in roles.items())


@pytest.mark.parametrize(("overlay", "name", "pod"), OURS)
def test_every_command_line_is_one_of_teller(overlay: str, name: str, pod: Resource) -> None:
    for container in containers(pod):
        _parse(container["args"])


def _parse(line: list[str]) -> None:
    """Read the line as the command would, and run nothing."""
    module, attribute = COMMANDS[line[0]][0].split(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(line[0])(found)
        typer.main.get_command(single).make_context(line[0], line[1:]).close()
        return
    group: Any = typer.main.get_command(found)
    name, command, rest = group.resolve_command(typer.Context(group), line[1:])
    command.make_context(name, rest).close()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_setting_that_is_given_is_one_and_none_is_a_secret(overlay: str) -> None:
    data = one(overlay, "ConfigMap", SETTINGS)["data"]
    given = set(data) | {
        variable["name"]
        for name, pod in pods(WHOLE[overlay])
        if name not in ("postgres", "redis")
        for container in containers(pod)
        for variable in container.get("env", ())
    }
    assert given <= set(known_names())
    secret = {env_name(path) for path, _ in every_secret(Settings())} - {"TELLER_REDIS_URL"}
    assert not given & secret
    assert "@" not in data.get("TELLER_REDIS_URL", "")
    assert "Secret" not in {resource["kind"] for resource in WHOLE[overlay]}


def test_production_is_whole_with_the_secrets_that_operations_names() -> None:
    page = (PROJECT / "docs/operations.md").read_text()
    section = page.split("## On Kubernetes\n")[1].split("\n## ")[0]
    given = set(one("production", "ConfigMap", SETTINGS)["data"])
    needed = {env_name(path) for path in ALWAYS}
    assert needed - given <= set(re.findall(r"TELLER_[A-Z0-9_]+", section))


def test_the_secrets_of_a_sandbox_are_those_that_one_process_makes_up(tmp_path: Path) -> None:
    made = subprocess.run([PROJECT / "tools/sandbox-secrets"], capture_output=True, text=True, check=True)
    names = {line.partition("=")[0] for line in made.stdout.splitlines()}
    pem = {"TELLER_CORE__KEY"}
    assert names == {env_name(path) for path in MADE} - pem | {"TELLER_DATABASE_URL", "POSTGRES_PASSWORD"}
    assert all(line.partition("=")[2] for line in made.stdout.splitlines())


@pytest.mark.parametrize(("overlay", "name", "pod"), OURS)
def test_settings_come_from_the_map_and_secrets_by_reference(overlay: str, name: str, pod: Resource) -> None:
    for container in containers(pod):
        assert container["envFrom"] == [{"configMapRef": {"name": SETTINGS}}, {"secretRef": {"name": SECRETS}}]


@pytest.mark.parametrize(("overlay", "name", "pod"), PODS)
def test_a_pod_has_no_privileges_and_limits(overlay: str, name: str, pod: Resource) -> None:
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    for container in containers(pod):
        closed = container["securityContext"]
        assert closed["allowPrivilegeEscalation"] is False
        assert closed["readOnlyRootFilesystem"] is True
        assert closed["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted <= {volume["name"] for volume in pod["volumes"]}


@pytest.mark.parametrize(("overlay", "name", "pod"), OURS)
def test_the_user_is_the_images(overlay: str, name: str, pod: Resource) -> None:
    assert f"--uid {pod['securityContext']['runAsUser']} " in (PROJECT / "Dockerfile").read_text()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_ports_agree_from_the_setting_to_the_service(overlay: str) -> None:
    port = int(one(overlay, "ConfigMap", SETTINGS)["data"]["TELLER_HTTP__PORT"])
    assert f"EXPOSE {port}\n" in (PROJECT / "Dockerfile").read_text()
    for name, service in of_kind(overlay, "Service").items():
        (container,) = one(overlay, "Deployment", name)["spec"]["template"]["spec"]["containers"]
        by_name = {each["name"]: each["containerPort"] for each in container["ports"]}
        for each in service["spec"]["ports"]:
            assert by_name[each["targetPort"]] == each["port"]
            assert name in ("postgres", "redis") or each["port"] == port
    for url in re.findall(r"http://([a-z-]+):(\d+)", str(WHOLE[overlay])):
        assert int(url[1]) == port
        assert url[0] in of_kind(overlay, "Service")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_selects_pods_selects_those_of_its_name(overlay: str) -> None:
    labels = {
        name: deployment["spec"]["template"]["metadata"]["labels"]
        for name, deployment in of_kind(overlay, "Deployment").items()
    }
    for kind in ("Service", "PodDisruptionBudget", "Deployment"):
        for name, resource in of_kind(overlay, kind).items():
            selector = resource["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert {who for who, theirs in labels.items() if wanted.items() <= theirs.items()} == {name}


def test_each_role_of_production_may_lose_one_pod_at_a_time_and_grows_by_itself() -> None:
    roles = set(of_kind("production", "Deployment"))
    assert set(of_kind("production", "PodDisruptionBudget")) == roles
    grows = of_kind("production", "HorizontalPodAutoscaler")
    assert {each["spec"]["scaleTargetRef"]["name"] for each in grows.values()} == roles
    assert all(each["spec"]["minReplicas"] >= 2 for each in grows.values())


@pytest.mark.parametrize(("overlay", "name", "pod"), OURS)
def test_a_role_is_asked_where_it_answers_and_waits_for_the_schema(overlay: str, name: str, pod: Resource) -> None:
    if name == "migrate":
        return
    (container,) = pod["containers"]
    asked = {probe: container[probe]["httpGet"]["path"] for probe in container if probe.endswith("Probe")}
    assert asked == {"startupProbe": "/healthz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}
    source = (PROJECT / "bot/look.py").read_text()
    assert all(f'Route("{path}"' in source for path in asked.values())
    waits = [each["args"] for each in pod.get("initContainers", ())]
    assert waits == ([] if name == "sandbox" else [["db", "wait"]])


@pytest.mark.parametrize(("overlay", "name", "pod"), OURS)
def test_a_pod_is_given_the_time_that_its_stop_takes(overlay: str, name: str, pod: Resource) -> None:
    if name == "migrate":
        return
    before_s = pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert pod["terminationGracePeriodSeconds"] > before_s + STOPS_S
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]["teller"]
    assert compose["stop_grace_period"] == f"{pod['terminationGracePeriodSeconds']}s"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_goes_in_or_out_that_no_policy_names(overlay: str) -> None:
    policies = of_kind(overlay, "NetworkPolicy")
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    allowed = [policy["spec"] for name, policy in policies.items() if name != "nothing"]
    for spec in allowed:
        for rule in (*spec.get("ingress", ()), *spec.get("egress", ())):
            assert rule["ports"], "a rule without ports is open"
        assert all("from" in rule for rule in spec.get("ingress", ()))
    outside = [rule for spec in allowed for rule in spec.get("egress", ()) if "to" not in rule]
    assert {port["port"] for rule in outside for port in rule["ports"]} == {443, 5432, 6379}


def test_the_world_reaches_only_what_is_for_it() -> None:
    (rule,) = one("production", "Ingress", "teller")["spec"]["rules"]
    open_to = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert open_to["/webhooks"] == "webhooks"
    assert open_to["/webhooks/core"] == "core-adapters"
    assert open_to["/webhooks/partners"] == "customer-api"
    assert {path for path in open_to if path.startswith("/api")} == {"/api/v1/partners"}
    assert not {"/", "/metrics", "/healthz", "/readyz", "/staff", "/sandbox"} & open_to.keys()
    assert set(open_to.values()) <= set(of_kind("production", "Service"))


def test_images_agree_with_compose() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    named = {container["image"] for _, pod in pods(WHOLE["sandbox"]) for container in containers(pod)}
    assert named == {"teller:latest", compose["postgres"]["image"], compose["redis"]["image"]}
    ours = {container["image"] for _, pod in pods(WHOLE["production"]) for container in containers(pod)}
    version = re.search(r'^version = "(.+)"$', (PROJECT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert ours == {f"registry.bank.example/teller:{version[1]}"}
