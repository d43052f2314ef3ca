"""Autoscalers change how many replicas there are to be, as metrics ask for.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler`` horizontal.go (v1.36); the concept page
Horizontal Pod Autoscaling.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, final

from kubeobj.api.errors import ApiError
from kubeobj.controllers.autoscaledreplicas import Situation, Tolerance
from kubeobj.controllers.autoscalerstatus import AutoscalerStatus
from kubeobj.controllers.autoscalingmetrics import Asked, MetricFailed, Question, ask
from kubeobj.controllers.autoscalingpace import Pace, Wish
from kubeobj.controllers.metricssource import MetricsSource, NoMetrics, Target
from kubeobj.documents import Wire
from kubeobj.errors import SelectorError
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.quantity import Quantity
from kubeobj.models.autoscalingv1 import Scale
from kubeobj.reconcile.kinds import name_of
from kubeobj.reconcile.manager import Install, Manager
from kubeobj.reconcile.request import Cached, Request, Result

EVERY_SECONDS: Final = 15.0
"""How often each autoscaler is looked at."""

TOLERANCE: Final = 0.1
"""How far usage may be from its target, as a part of it, where nothing is said."""


@final
class _Unclear(Exception):
    """No number of replicas can be told, and the status says why."""


@final
class HorizontalPodAutoscalerController:
    """Looks at the metrics of each autoscaler every quarter of a minute, and scales its target.

    Args:
        manager: Where it is installed.
        metrics: Where the numbers come from; nothing is known unless somebody says so.
    """

    def __init__(self, manager: Manager, metrics: MetricsSource | None = None) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._metrics = NoMetrics() if metrics is None else metrics
        self._autoscalers = manager.informer("horizontalpodautoscalers.autoscaling")
        self._pods = manager.informer("pods")
        self._events = manager.events.by("horizontal-pod-autoscaler")
        self._paces: dict[Request, Pace] = {}
        # By namespace, which pods the autoscalers there have found to be theirs.
        self._selecting: dict[str, SelectorIndex[str]] = {}
        needs = [self._autoscalers, self._pods]
        self._loop = manager.controller("horizontal-pod-autoscaler", self.reconcile, needs=needs)
        self._autoscalers.subscribe(self._changed)

    def _changed(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is None:
            return
        request = Request.of(document)
        if new is None:
            # One that is made anew under its name has nothing to do with it.
            self._paces.pop(request, None)
            index = self._selecting.get(request.namespace)
            if index is not None:
                index.discard(request.name)
            return
        # Also a change waits its time: an autoscaler is never looked at more often.
        self._loop.queue.add_after(request, EVERY_SECONDS)

    def reconcile(self, request: Request) -> Result | None:
        """Scale the target of an autoscaler if its metrics ask for it, and report that."""
        autoscaler = self._autoscalers.cache.find(request)
        if autoscaler is None:
            return None
        status = AutoscalerStatus(autoscaler, self._clock.now())
        with suppress(_Unclear):
            self._look(request, status)
        changed = status.changed()
        if changed is not None:
            try:
                self._client.update_status(changed)
            except ApiError:
                # It is looked at again soon anyway, and never sooner.
                return Result(EVERY_SECONDS)
        return Result(EVERY_SECONDS)

    # ------------------------------------------------------------ inside

    def _look(self, request: Request, status: AutoscalerStatus) -> None:
        """Scale the target, and say so in the status.

        Raises:
            _Unclear: If it cannot be told how far.
        """
        autoscaler = status.document
        spec = autoscaler["spec"]
        scale = self._scale(status)
        current = 0 if scale.spec is None else scale.spec.replicas or 0
        least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
        pace = self._paces.setdefault(request, Pace())
        pace.begin(current, self._clock.now())
        metrics: list[Wire] = []
        why = ""
        if not current and least:
            status.set_condition(
                "ScalingActive",
                "False",
                "ScalingDisabled",
                "scaling is disabled since the replica count of the target is zero",
            )
            status.set_replicas(current, current, metrics)
            return
        if current > most:
            desired, why = most, "Current number of replicas above Spec.MaxReplicas"
        elif current < least:
            desired, why = least, "Current number of replicas below Spec.MinReplicas"
        else:
            asked, metrics = self._ask(status, scale, current)
            wish = Wish(current, max(asked.replicas, 0), least, most)
            if wish.desired > current:
                why = f"{asked.name} above target"
            elif wish.desired < current:
                why = "All metrics below target"
            desired = self._decide(status, pace, wish)
        if desired != current:
            self._rescale(status, current, desired, why)
            pace.note(current, desired, spec.get("behavior"), self._clock.now())
        status.set_replicas(current, desired, metrics, is_rescaled=desired != current)

    def _scale(self, status: AutoscalerStatus) -> Scale:
        """Return how the target is scaled."""
        try:
            scale = self._client.get_scale(
                _target_kind(status.document),
                status.document["spec"]["scaleTargetRef"]["name"],
                namespace=status.namespace,
            )
        except ApiError as error:
            self._warn(status, "FailedGetScale", str(error))
            message = f"the HPA controller was unable to get the target's current scale: {error}"
            status.set_condition("AbleToScale", "False", "FailedGetScale", message)
            raise _Unclear from None
        message = "the HPA controller was able to get the target's current scale"
        status.set_condition("AbleToScale", "True", "SucceededGetScale", message)
        return scale

    def _ask(
        self, status: AutoscalerStatus, scale: Scale, current: int
    ) -> tuple[Asked, list[Wire]]:
        """Return what the metrics ask for, which is the most that one does, and all reports."""
        text = "" if scale.status is None else scale.status.selector or ""
        selector = self._selector(status, text, current)
        pods = self._pods.cache.select(status.namespace, selector)
        self._check_alone(status, text, selector, pods, current)
        actual = 0 if scale.status is None else scale.status.replicas or 0
        tolerance = _tolerance(status.document["spec"].get("behavior") or {})
        question = Question(
            self._metrics,
            Target(status.namespace, selector, pods),
            Situation(pods, current, tolerance, self._clock.now()),
            actual,
        )
        specs = status.document["spec"]["metrics"]
        found: list[Asked] = []
        failed: list[MetricFailed] = []
        reports: list[Wire] = []
        for spec in specs:
            try:
                asked = ask(spec, question)
            except MetricFailed as failure:
                self._warn(status, failure.reason, failure.why)
                failed.append(failure)
                reports.append({"type": ""})
            else:
                found.append(asked)
                reports.append(asked.status)
        # The first of those that ask for the most.
        best = max(found, key=lambda one: one.replicas, default=None)
        if best is None or (failed and best.replicas < current):
            message = f"the HPA was unable to compute the replica count: {failed[0].why}"
            status.set_condition("ScalingActive", "False", failed[0].reason, message)
            message = (
                f"invalid metrics ({len(failed)} invalid out of {len(specs)}), first error is: "
                f"{failed[0]}"
            )
            raise self._unclear(status, current, message)
        message = f"the HPA was able to successfully calculate a replica count from {best.name}"
        status.set_condition("ScalingActive", "True", "ValidMetricFound", message)
        return best, reports

    def _selector(self, status: AutoscalerStatus, text: str, current: int) -> Selector:
        if not text:
            self._warn(status, "SelectorRequired", "selector is required")
            message = "the HPA target's scale is missing a selector"
            status.set_condition("ScalingActive", "False", "InvalidSelector", message)
            raise self._unclear(status, current, "selector is required")
        try:
            return Selector.parse(text)
        except SelectorError as error:
            message = (
                f"couldn't convert selector into a corresponding internal selector object: {error}"
            )
            self._warn(status, "InvalidSelector", message)
            status.set_condition("ScalingActive", "False", "InvalidSelector", message)
            raise self._unclear(status, current, message) from None

    def _check_alone(
        self,
        status: AutoscalerStatus,
        text: str,
        selector: Selector,
        pods: Sequence[Wire],
        current: int,
    ) -> None:
        """Find out whether another autoscaler has the same pods; then neither scales."""
        index = self._selecting.setdefault(status.namespace, SelectorIndex())
        index.add(status.document["metadata"]["name"], selector)
        names: dict[str, None] = {}
        for pod in pods:
            names.update(dict.fromkeys(index.match(pod["metadata"].get("labels"))))
        if len(names) > 1:
            others = " ".join(f"{{{name} {status.namespace}}}" for name in sorted(names))
            message = f"pods by selector {text} are controlled by multiple HPAs: [{others}]"
            self._warn(status, "AmbiguousSelector", message)
            status.set_condition("ScalingActive", "False", "AmbiguousSelector", message)
            raise self._unclear(status, current, message)

    def _decide(self, status: AutoscalerStatus, pace: Pace, wish: Wish) -> int:
        behavior = status.document["spec"].get("behavior")
        decision = pace.decide(wish, behavior, self._clock.now())
        status.set_condition("AbleToScale", "True", *decision.able)
        status.set_condition(
            "ScalingLimited", "True" if decision.is_limited else "False", *decision.limited
        )
        return decision.replicas

    def _rescale(self, status: AutoscalerStatus, current: int, desired: int, why: str) -> None:
        reference = status.document["spec"]["scaleTargetRef"]
        try:
            self._client.scale(
                _target_kind(status.document),
                reference["name"],
                replicas=desired,
                namespace=status.namespace,
            )
        except ApiError as error:
            message = f"New size: {desired}; reason: {why}; error: {error}"
            self._warn(status, "FailedRescale", message)
            message = f"the HPA controller was unable to update the target scale: {error}"
            status.set_condition("AbleToScale", "False", "FailedUpdateScale", message)
            status.set_current(current)
            raise _Unclear from None
        message = f"the HPA controller was able to update the target scale to {desired}"
        status.set_condition("AbleToScale", "True", "SucceededRescale", message)
        message = f"New size: {desired}; reason: {why}"
        self._events.record(status.document, "SuccessfulRescale", message)

    def _warn(self, status: AutoscalerStatus, reason: str, message: str) -> None:
        self._events.record(status.document, reason, message, "Warning")

    def _unclear(self, status: AutoscalerStatus, current: int, message: str) -> _Unclear:
        status.set_current(current)
        self._warn(status, "FailedComputeMetricsReplicas", message)
        return _Unclear(message)


def horizontal_pod_autoscaler(metrics: MetricsSource) -> Install:
    """Return the loop of autoscalers with a source of metrics, to be installed in a manager."""
    return lambda manager: HorizontalPodAutoscalerController(manager, metrics)


def _target_kind(autoscaler: Wire) -> str:
    """Return the kind of what an autoscaler scales, as a client finds it."""
    reference = autoscaler["spec"]["scaleTargetRef"]
    group, _, version = reference.get("apiVersion", "v1").rpartition("/")
    return name_of(GroupVersionKind(group, version, reference["kind"]))


def _tolerance(behavior: Wire) -> Tolerance:
    down, up = (_tolerated(behavior.get(name) or {}) for name in ("scaleDown", "scaleUp"))
    return Tolerance(down, up)


def _tolerated(rules: Wire) -> float:
    value = rules.get("tolerance")
    return TOLERANCE if value is None else Quantity(value).milli_value / 1000
