"""Kubernetes' own control loops, all of them: what ``kube-controller-manager`` runs."""

from collections.abc import Sequence
from typing import Final

from kubeobj.controllers.clusterroleaggregation import ClusterRoleAggregationController
from kubeobj.controllers.cronjob import CronJobController
from kubeobj.controllers.daemonset import DaemonSetController
from kubeobj.controllers.deployment import DeploymentController
from kubeobj.controllers.disruption import DisruptionController
from kubeobj.controllers.endpoints import EndpointsController
from kubeobj.controllers.endpointslice import EndpointSliceController
from kubeobj.controllers.endpointslicemirroring import EndpointSliceMirroringController
from kubeobj.controllers.ephemeralvolume import EphemeralVolumeController
from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.controllers.horizontalpodautoscaler import HorizontalPodAutoscalerController
from kubeobj.controllers.job import JobController
from kubeobj.controllers.namespace import NamespaceController
from kubeobj.controllers.nodelifecycle import NodeLifecycleController
from kubeobj.controllers.overlaps import SelectorOverlapController
from kubeobj.controllers.persistentvolumebinder import PersistentVolumeBinder
from kubeobj.controllers.podgc import PodGarbageCollector
from kubeobj.controllers.pvcprotection import PvcProtectionController
from kubeobj.controllers.pvprotection import PvProtectionController
from kubeobj.controllers.replicaset import ReplicaSetController
from kubeobj.controllers.replicationcontroller import ReplicationControllerController
from kubeobj.controllers.resourcequota import ResourceQuotaController
from kubeobj.controllers.rootcacertificate import RootCaPublisher
from kubeobj.controllers.serviceaccount import ServiceAccountController
from kubeobj.controllers.statefulset import StatefulSetController
from kubeobj.controllers.tainteviction import TaintEvictionController
from kubeobj.controllers.tokensecret import TokenSecretController
from kubeobj.controllers.ttlafterfinished import TtlAfterFinishedController
from kubeobj.controllers.volumeprovisioner import VolumeProvisioner
from kubeobj.reconcile.manager import Install

LOOPS: Final[Sequence[Install]] = (
    ClusterRoleAggregationController,
    CronJobController,
    DaemonSetController,
    DeploymentController,
    DisruptionController,
    EndpointsController,
    EndpointSliceController,
    EndpointSliceMirroringController,
    EphemeralVolumeController,
    GarbageCollector,
    HorizontalPodAutoscalerController,
    JobController,
    NamespaceController,
    NodeLifecycleController,
    PersistentVolumeBinder,
    PodGarbageCollector,
    PvcProtectionController,
    PvProtectionController,
    ReplicaSetController,
    ReplicationControllerController,
    ResourceQuotaController,
    RootCaPublisher,
    SelectorOverlapController,
    ServiceAccountController,
    StatefulSetController,
    TaintEvictionController,
    TokenSecretController,
    TtlAfterFinishedController,
    VolumeProvisioner,
)
"""The loops, each a class that is called with a manager; what it needs, it finds there."""
