"""What processes see of the machine, as whom they run, and what they may use."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kubeobj.runtimes.configs import DnsConfig, Mount, Resources, Security
from kubeobj.runtimes.errors import CreateFault, SandboxFault
from kubeobj.runtimes.process.launching import LATE_VARIABLES
from kubeobj.runtimes.process.plan import NO_NAMESPACES
from kubeobj.runtimes.process.processruntime import ProcessOptions, ProcessRuntime
from kubeobj.runtimes.states import SandboxState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.runtimes.processes import MadeOfProcesses, processes

MEGABYTE = 1 << 20


@pytest.fixture
def box(tmp_path: Path) -> Iterator[RuntimeBox]:
    """Have a runtime of processes."""
    with processes(tmp_path) as box:
        yield box


def _says(box: RuntimeBox, script: str, **changes: object) -> str:
    ended = box.run(replace(box.script(f"{script}\necho end"), **changes))
    box.until_printed(ended.id, b"end\n")
    return box.printed(ended.id).decode().removesuffix("end\n")


def _sees_mounts(box: RuntimeBox) -> bool:
    box.runtime.status()
    assert isinstance(box.runtime, ProcessRuntime)
    return box.runtime._namespaces != NO_NAMESPACES


# ---------------------------------------------------------------- what it sees


def test_a_process_has_an_address_a_name_and_a_directory(box: RuntimeBox) -> None:
    """Its pod's."""
    sandbox = box.sandbox("web")
    container_id = box.start(sandbox, box.script("echo $POD_IP $HOST_IP $HOSTNAME; pwd; echo end"))
    box.until_printed(container_id, b"end\n")
    first, directory, _ = box.printed(container_id).decode().splitlines()
    assert first == f"{sandbox.addresses[0]} 127.0.0.1 web"
    assert directory == str(box.directory / "runtime" / "sandboxes" / sandbox.id / "work")


def test_what_a_pod_says_of_its_address_counts(box: RuntimeBox) -> None:
    """A variable of its own goes before those that every process has."""
    assert _says(box, "echo $POD_IP", environment={"POD_IP": "its own"}) == "its own\n"


def test_a_word_may_say_where_its_mounts_are(box: RuntimeBox, tmp_path: Path) -> None:
    """Also where a command has no shell."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("content\n")
    config = replace(
        box.config(),
        command=("cat", f"{LATE_VARIABLES['KUBEOBJ_ROOT']}/mounted/file"),
        mounts=(Mount("/mounted", tmp_path / "data"),),
    )
    ended = box.run(config)
    box.until_printed(ended.id, b"content\n")
    assert ended.exit_code == 0


def test_what_a_variable_says_is_not_looked_at(box: RuntimeBox) -> None:
    """It may be a password; what there was to put in has been put in before."""
    said = _says(
        box,
        "echo \"$PASSWORD $LITERAL $PLACE\"; echo '$(POD_IP)'",
        environment={
            "PASSWORD": "pa$(HOST_IP)ss",
            "LITERAL": "$(POD_IP)$(KUBEOBJ_ROOT)",
            "PLACE": f"http://{LATE_VARIABLES['HOST_IP']}:80",
        },
    )
    literal = "$(POD_IP)$(KUBEOBJ_ROOT)"
    assert said == f"pa$(HOST_IP)ss {literal} http://127.0.0.1:80\n$(POD_IP)\n"


def test_two_pods_listen_on_one_port(box: RuntimeBox) -> None:
    """Each at its own address."""
    assert isinstance(box.case, MadeOfProcesses)
    server = box.case.make_server()
    for name in ("a", "b"):
        container_id = box.start(box.sandbox(name), server)
        box.until_printed(container_id, b"ready\n")
    for sandbox in box.runtime.sandboxes():
        with box.runtime.port_forward(sandbox.id, 8765) as connection:
            assert connection.getpeername()[0] == sandbox.addresses[0]


def test_a_port_of_the_machines_own_loopback_is_found_too(box: RuntimeBox) -> None:
    """Many programs listen there and nowhere else."""
    sandbox = box.sandbox()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with box.runtime.port_forward(sandbox.id, port) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)


def test_the_machine_is_not_changed_by_mounts(box: RuntimeBox, tmp_path: Path) -> None:
    """Neither where directories were missing, nor where others were covered."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "inside").write_text("content")
    (tmp_path / "covered").mkdir()
    (tmp_path / "covered" / "before").write_text("kept")
    before = (sorted(os.listdir("/")), sorted(os.listdir("/etc")))  # noqa: PTH208
    targets = ("/kubeobj-test/deep", "/etc/kubeobj-test.d", str(tmp_path / "covered"))
    mounts = tuple(Mount(one, tmp_path / "data", read_only=True) for one in targets)
    script = "; ".join(f'cat "$KUBEOBJ_ROOT{one}/inside"' for one in targets)
    assert _says(box, script, mounts=mounts) == "content" * 3
    assert (sorted(os.listdir("/")), sorted(os.listdir("/etc"))) == before  # noqa: PTH208
    assert [one.name for one in (tmp_path / "covered").iterdir()] == ["before"]


def test_what_is_around_a_mount_is_still_there(box: RuntimeBox, tmp_path: Path) -> None:
    """Devices, programs and files of the machine."""
    (tmp_path / "words").write_text("")
    (tmp_path / "token").mkdir()
    (tmp_path / "token" / "token").write_text("abc")
    mounts = (
        Mount("/dev/termination-log", tmp_path / "words"),
        Mount("/var/run/secrets/kubernetes.io/serviceaccount", tmp_path / "token", read_only=True),
    )
    script = (
        'printf bye > "$KUBEOBJ_ROOT/dev/termination-log"; echo nothing > /dev/null; '
        "head -c 3 /dev/zero | wc -c; test -e /etc/passwd && echo passwd; "
        'cat "$KUBEOBJ_ROOT/var/run/secrets/kubernetes.io/serviceaccount/token"'
    )
    assert _says(box, script, mounts=mounts) == "3\npasswd\nabc"
    assert (tmp_path / "words").read_text() == "bye"


@pytest.mark.parametrize("use_namespaces", [True, False], ids=["mounts", "links"])
def test_a_mount_inside_another_is_seen(tmp_path: Path, use_namespaces: bool) -> None:
    """And what is around it."""
    for name in ("outer", "inner"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    (tmp_path / "outer" / "deep").mkdir()
    mounts = (
        Mount("/data/deep/er", tmp_path / "inner"),
        Mount("/data", tmp_path / "outer"),
    )
    options = ProcessOptions(use_namespaces=use_namespaces)
    with processes(tmp_path / "box", options) as box:
        script = 'cd "$KUBEOBJ_ROOT/data"; cat outer deep/er/inner'
        assert _says(box, script, mounts=mounts) == "outerinner"


def test_names_are_looked_up_as_the_pod_says(box: RuntimeBox, tmp_path: Path) -> None:
    """If it has mounts of its own."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.9.9.9 my-own-name\n")
    dns = DnsConfig(("127.8.8.8",), ("svc.local", "local"), ("ndots:5",))
    config = replace(box.sandbox_config(), hosts_file=hosts, dns=dns)
    sandbox = box.runtime.run_sandbox(config)
    script = "cat /etc/hosts /etc/resolv.conf; hostname; echo end"
    container_id = box.start(sandbox, box.script(script))
    box.until_printed(container_id, b"end\n")
    lines = box.printed(container_id).decode().splitlines()
    expected = [
        "127.9.9.9 my-own-name",
        "nameserver 127.8.8.8",
        "search svc.local local",
        "options ndots:5",
        "pod",
        "end",
    ]
    assert (lines == expected) is _sees_mounts(box)


def test_a_root_that_is_read_only_cannot_be_written_to(box: RuntimeBox, tmp_path: Path) -> None:
    """But volumes and devices can, where there are mounts."""
    (tmp_path / "data").mkdir()
    script = f"""
        (echo a > {tmp_path}/beside) 2> /dev/null || echo refused
        (echo a > /kubeobj-test) 2> /dev/null || echo refused
        echo b > "$KUBEOBJ_ROOT/volume/file"
    """
    if _sees_mounts(box):
        said = _says(
            box,
            script,
            mounts=(Mount("/volume", tmp_path / "data"),),
            security=Security(read_only_root=True),
        )
        assert said == "refused\nrefused\n"
        assert [one.name for one in tmp_path.iterdir() if one.name == "beside"] == []
        assert (tmp_path / "data" / "file").read_text() == "b\n"
    assert not Path("/kubeobj-test").exists()


# ---------------------------------------------------------------- as whom it runs


def test_a_process_runs_as_it_is_asked_to(box: RuntimeBox) -> None:
    """If it may; if not, it is not made, and it says what to do."""
    security = Security(run_as_user=12345, run_as_group=23456, supplemental_groups=(34567,))
    if os.geteuid() == 0:
        said = _says(box, "id -u; id -g; id -G; echo a > /dev/stdout", security=security)
        assert said == "12345\n23456\n23456 34567\na\n"
    else:
        sandbox = box.sandbox()
        with refused(CreateFault) as errors:
            box.create(sandbox, replace(box.config(), security=security))
        assert "runAsUser" in errors[0].message
        assert box.runtime.containers() == ()


def test_a_process_gains_no_privileges_and_loses_capabilities(box: RuntimeBox) -> None:
    """As far as its user has any."""
    security = Security(no_new_privileges=True, drop_capabilities=("ALL",))
    script = "grep -E '^(NoNewPrivs|CapEff)' /proc/self/status | tr -s '\\t' ' '"
    said = _says(box, script, security=security)
    assert said == "CapEff: 0000000000000000\nNoNewPrivs: 1\n"


# ---------------------------------------------------------------- what it may use


def test_a_process_that_wants_too_much_memory_does_not_get_it(box: RuntimeBox) -> None:
    """It is ended by the kernel, which is told, or gets none."""
    resources = Resources(memory_limit_bytes=48 * MEGABYTE)
    grow = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo survived"
    ended = box.run(replace(box.script(grow), resources=resources))
    assert ended.exit_code != 0
    assert ended.reason in ("OOMKilled", "Error")
    assert (ended.reason == "OOMKilled") is _has_memory_groups(box)
    assert b"survived" not in box.printed(ended.id)


def test_a_limit_can_come_later(box: RuntimeBox) -> None:
    """It holds for what runs already, where there are control groups."""
    script = "trap 'x=$(head -c 200000000 /dev/zero | tr \"\\0\" x); exit 3' TERM; echo ready"
    container_id = box.running(box.script(f"{script}; while true; do sleep 0.05; done"))
    box.runtime.update_resources(container_id, Resources(memory_limit_bytes=48 * MEGABYTE))
    box.runtime.stop_container(container_id, 30)
    ended = box.runtime.container(container_id)
    assert ended.reason == ("OOMKilled" if _has_memory_groups(box) else "Error")


def _has_memory_groups(box: RuntimeBox) -> bool:
    runtime = box.runtime
    assert isinstance(runtime, ProcessRuntime)
    groups = runtime._cgroups
    return "memory" in (*groups.controllers, *groups.single)


# ---------------------------------------------------------------- what cannot be


def test_addresses_run_out_with_words(tmp_path: Path) -> None:
    """And nothing is left of what did not get one; one that is given back can be had again."""
    with processes(tmp_path, ProcessOptions(pod_range="127.123.0.0/30")) as box:
        first, _ = box.sandbox("a"), box.sandbox("b")
        with refused(SandboxFault) as errors:
            box.sandbox("c")
        assert "127.123.0.0/30" in errors[0].message
        assert len(box.runtime.sandboxes()) == 2
        box.runtime.stop_sandbox(first.id)
        assert box.sandbox("c").addresses == first.addresses
        states = [one.state for one in box.runtime.sandboxes()]
        assert states.count(SandboxState.NOT_READY) == 1


def test_the_network_of_the_node_has_no_address_of_its_own(box: RuntimeBox) -> None:
    """A process takes that of the node."""
    sandbox = box.runtime.run_sandbox(replace(box.sandbox_config(), host_network=True))
    assert sandbox.addresses == ()
    container_id = box.start(sandbox, box.script("echo $POD_IP"))
    box.until_printed(container_id, b"127.0.0.1\n")


def test_settings_of_the_kernel_are_refused(box: RuntimeBox) -> None:
    """They would be the whole machine's."""
    config = replace(box.sandbox_config(), sysctls={"net.core.somaxconn": "1"})
    with refused(SandboxFault):
        box.runtime.run_sandbox(config)
    assert box.runtime.sandboxes() == ()


def test_a_container_without_a_command_is_refused(box: RuntimeBox) -> None:
    """And it is said what could be done."""
    sandbox = box.sandbox()
    with refused(CreateFault) as errors:
        box.create(sandbox, replace(box.config(), command=(), args=("x",)))
    assert "needs a command" in errors[0].message
    assert box.runtime.containers() == ()
    assert list((box.directory / "runtime" / "containers").iterdir()) == []
