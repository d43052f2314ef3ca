"""What processes in containers may do, and how much they get."""

import dataclasses
from pathlib import Path

import pytest

from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, Resources, Security
from kubeobj.runtimes.docker.controlgroups import has_cores
from kubeobj.runtimes.docker.creation import (
    HOLDER_OOM_SCORE,
    NO_LOG,
    Habits,
    container_request,
    limits_of,
    podman_update_request,
)
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.ownership import lacks_resource_right
from kubeobj.runtimes.docker.records import SandboxRecord
from kubeobj.runtimes.errors import StartFault
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.engines import IMAGE, engine_url
from tests.runtimes.docker.pods import printed_by

STATUS = "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status"
NET_ADMIN = 1 << 12
CHOWN = 1 << 0
SYS_RESOURCE = 24
MIB = 1 << 20

LIMITS = """
cd /sys/fs/cgroup
if [ -f memory.max ]; then
  cat memory.max cpu.max cpu.weight
else
  cat memory/memory.limit_in_bytes
  echo $(cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us)
  cat cpu/cpu.shares
fi
"""


def secured(box: RuntimeBox, script: str, security: Security) -> str:
    return printed_by(box, dataclasses.replace(box.script(script), security=security))


def status_of(box: RuntimeBox, security: Security) -> dict[str, int]:
    lines = secured(box, STATUS, security).splitlines()
    return {name: int(value, 16) for name, value in (line.split(":") for line in lines)}


def bounding_rights() -> int:
    """Return the capabilities that root can have on this machine."""
    status = Path("/proc/self/status").read_text()
    bound = next(line for line in status.splitlines() if line.startswith("CapBnd:"))
    return int(bound.split()[1], 16)


def may_do_everything() -> bool:
    """Return whether root has every capability on this machine."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    return bounding_rights() == (1 << (last + 1)) - 1


def test_a_container_gets_no_more_than_it_may_have(engine_box: RuntimeBox) -> None:
    """Memory, and time of cores."""
    resources = Resources(250, 500, 32 * MIB, 64 * MIB, 500)
    config = dataclasses.replace(engine_box.script(LIMITS), resources=resources)
    memory, cpu, shares = printed_by(engine_box, config).splitlines()
    assert int(memory) == 64 * MIB
    assert cpu == "50000 100000"
    assert int(shares) in (256, 10, 35)  # of version 1, and of version 2 before and now


def test_who_asks_for_nothing_gets_the_least_of_the_cores(engine_box: RuntimeBox) -> None:
    """And has no limit."""
    config = dataclasses.replace(engine_box.script(LIMITS), resources=Resources(0))
    _, cpu, shares = printed_by(engine_box, config).splitlines()
    assert cpu in ("-1 100000", "max 100000")
    assert int(shares) in (2, 1)


def test_who_asks_for_nothing_runs_where_cores_cannot_be_divided() -> None:
    """As they cannot by a user to whom that was not delegated; who asks for more is refused."""
    of_user = {"cgroupControllers": ["memory", "pids"], "security": {"rootless": True}}
    assert not has_cores({"host": of_user})
    assert has_cores({"host": {**of_user, "cgroupControllers": ["cpu"]}})
    assert has_cores({"host": {"cgroupControllers": [], "security": {"rootless": False}}})
    assert limits_of(Resources(0), weighs=False) == {}
    assert limits_of(Resources(0)) == {"CpuShares": 2}
    assert limits_of(Resources(1), weighs=False) == {"CpuShares": 2}
    assert podman_update_request(Resources(0), weighs=False) == {}
    assert limits_of(Resources()) == {}


def test_what_an_engine_may_not_do_is_known_without_trying(kind: str, tmp_path: Path) -> None:
    """And it is true. Of one that nobody can see, nothing is known."""
    lacks = lacks_resource_right(engine_url(kind))
    assert lacks == (not bounding_rights() >> SYS_RESOURCE & 1), "engines run here as tests do"
    assert not lacks_resource_right(f"unix://{tmp_path}/nowhere")
    assert not lacks_resource_right("tcp://127.0.0.1:1")
    engine = Engine(engine_url(kind))
    host = {"OomScoreAdj": HOLDER_OOM_SCORE, "NetworkMode": "none"}
    body = {"Image": IMAGE, "Cmd": ["true"], "HostConfig": host}
    made = engine.post("/containers/create", body=body)["Id"]
    try:
        engine.post(f"/containers/{made}/start")
    except EngineFault:
        pass
    else:
        assert not lacks
    finally:
        engine.delete(f"/containers/{made}", {"force": "1"})
        engine.close()


def test_who_is_to_end_early_is_known_to_the_kernel(engine_box: RuntimeBox) -> None:
    config = dataclasses.replace(
        engine_box.script("cat /proc/self/oom_score_adj"), resources=Resources(oom_score_adj=900)
    )
    assert printed_by(engine_box, config) == "900\n"


def test_who_is_to_end_late_runs_even_where_the_kernel_refuses(engine_box: RuntimeBox) -> None:
    """Some machines let nobody ask for that."""
    config = dataclasses.replace(
        engine_box.script("cat /proc/self/oom_score_adj"), resources=Resources(oom_score_adj=-997)
    )
    assert int(printed_by(engine_box, config)) in (-997, 0)


def test_who_takes_too_much_memory_is_ended(engine_box: RuntimeBox, kind: str) -> None:
    """And Docker says why; Podman often does not notice."""
    config = dataclasses.replace(
        engine_box.script("x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo survived"),
        resources=Resources(memory_limit_bytes=16 * MIB),
    )
    ended = engine_box.run(config)
    assert ended.exit_code == 137
    assert ended.reason in ("OOMKilled", "" if kind == "podman" else "OOMKilled")


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        (Security(run_as_user=1000), "1000 0"),
        (Security(run_as_user=1000, run_as_group=3000), "1000 3000"),
        (Security(run_as_group=3000), "0 3000"),
        (Security(run_as_user=5, run_as_group=6, supplemental_groups=(70, 80)), "5 6 70 80"),
    ],
    ids=["user", "user and group", "group", "more groups"],
)
def test_a_process_is_who_it_is_asked_to_be(
    engine_box: RuntimeBox, security: Security, expected: str
) -> None:
    found = secured(engine_box, "echo $(id -u) $(id -g) $(id -G)", security).split()
    user, group, *groups = expected.split()
    assert found[:2] == [user, group]
    assert {group, *groups} <= {*found[2:], group}


def test_capabilities_are_dropped_and_added(engine_box: RuntimeBox) -> None:
    none = Security(drop_capabilities=("ALL",))
    assert status_of(engine_box, none)["CapEff"] == 0


def test_one_capability_can_be_kept(engine_box: RuntimeBox) -> None:
    one = Security(drop_capabilities=("ALL",), add_capabilities=("NET_ADMIN",))
    assert status_of(engine_box, one)["CapEff"] == NET_ADMIN


def test_usually_a_process_has_some_capabilities(engine_box: RuntimeBox) -> None:
    found = status_of(engine_box, Security())
    assert found["CapEff"] & CHOWN
    assert not found["CapEff"] & NET_ADMIN
    assert (found["NoNewPrivs"], found["Seccomp"]) == (0, 2)


def test_a_privileged_container_may_do_everything(engine_box: RuntimeBox, kind: str) -> None:
    """Docker refuses where the machine itself may not do everything, and Podman does not."""
    if kind == "docker" and not may_do_everything():
        with refused(StartFault) as errors:
            status_of(engine_box, Security(privileged=True))
        assert "unable to apply caps" in errors[0].message
        return
    found = status_of(engine_box, Security(privileged=True))
    assert found["CapEff"] & NET_ADMIN
    assert found["Seccomp"] == 0


def test_programs_gain_no_rights_if_they_are_not_to(engine_box: RuntimeBox) -> None:
    assert status_of(engine_box, Security(no_new_privileges=True))["NoNewPrivs"] == 1


def test_system_calls_can_be_left_alone(engine_box: RuntimeBox) -> None:
    assert status_of(engine_box, Security(seccomp_profile="Unconfined"))["Seccomp"] == 0


def test_system_calls_can_be_filtered_by_a_file(engine_box: RuntimeBox, tmp_path: Path) -> None:
    """One that forbids to make directories."""
    profile = tmp_path / "profile.json"
    profile.write_text(
        '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], '
        '"action": "SCMP_ACT_ERRNO"}]}'
    )
    script = "mkdir /made 2>/dev/null && echo made || echo refused"
    assert secured(engine_box, script, Security(seccomp_profile=str(profile))) == "refused\n"


def test_who_looks_for_trouble_sees_the_processes_of_its_target(engine_box: RuntimeBox) -> None:
    """And without one only its own."""
    sandbox = engine_box.sandbox()
    target = engine_box.start(sandbox, engine_box.config())

    def seen_by(name: str, target_id: str) -> int:
        config = engine_box.script("ps | grep -c '[s]leep'; true", name)
        config = dataclasses.replace(config, target_id=target_id, log_path=f"{name}/0.log")
        debugger = engine_box.start(sandbox, config)
        engine_box.ended(debugger)
        return int(engine_box.printed(debugger))

    assert seen_by("alone", "") == 0
    assert seen_by("debugger", target) > 0


@pytest.mark.parametrize(
    ("security", "options"),
    [
        (Security(), []),
        (Security(apparmor_profile="RuntimeDefault"), []),
        (Security(apparmor_profile="Unconfined"), ["apparmor=unconfined"]),
        (Security(apparmor_profile="mine"), ["apparmor=mine"]),
        (
            Security(selinux_label=("type:spc_t", "level:s0:c1")),
            ["label=type:spc_t", "label=level:s0:c1"],
        ),
    ],
)
def test_what_confines_a_process_is_asked_for(security: Security, options: list[str]) -> None:
    """In the words of the engine; not every machine has what does it."""
    config = ContainerConfig("main", 0, IMAGE, security=security)
    sandbox = SandboxRecord(PodIdentity("default", "web", "1"), 0.0, Path("/logs"))
    habits = Habits(podman=False, protects=True)
    asked = container_request(config, "sandbox", sandbox, NO_LOG, {}, habits)
    assert asked["HostConfig"]["SecurityOpt"] == options


@pytest.mark.parametrize("is_unmasked", [False, True])
def test_what_the_kernel_tells_is_hidden_or_not(
    engine_box: RuntimeBox, *, is_unmasked: bool
) -> None:
    script = "grep -c ' /proc/' /proc/mounts; true"
    hidden = int(secured(engine_box, script, Security(unmasked_proc=is_unmasked)))
    assert (hidden == 0) == is_unmasked


def test_a_root_can_be_read_only(engine_box: RuntimeBox) -> None:
    script = "touch /file 2>/dev/null && echo written || echo refused"
    assert secured(engine_box, script, Security(read_only_root=True)) == "refused\n"


def test_a_root_can_be_written_to_otherwise(engine_box: RuntimeBox) -> None:
    script = "touch /file 2>/dev/null && echo written || echo refused"
    assert secured(engine_box, script, Security()) == "written\n"
