"""Containers as processes of this machine: no root, no engine.

`processruntime.ProcessRuntime` is the `kubeobj.runtimes.cri.ContainerRuntime`. It keeps what was
asked for in files, and lets a small process of its own, the *warden* (`warden`), start the
processes and wait for them, so that they go on, their logs are written and their exit codes are
kept while nobody else runs. What the warden imports is of the standard library alone.

Linux only: it needs its ``/proc``, loopback addresses without set-up, and child subreapers.
"""
