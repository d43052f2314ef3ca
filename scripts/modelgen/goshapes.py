"""What the published schema does not say of the server's Go structs: when a field is written.

The server reads an object into Go structs and writes it from them again, so a client sees a field
that nobody gave, or misses one that somebody gave, as the struct has it: by value or by pointer,
and with or without ``omitempty``. Five tables say how, for each type, where the schema does not
settle it; the one that a field is in is the mode that it has:

=========== ===== ==================================================================
table       mode  the field is written
=========== ===== ==================================================================
POINTERS    ``p`` as it was given, even if it is zero; never if it was not given
OMITTED     ``o`` if it is not zero and not empty
ALWAYS      ``a`` always: zero if it was not given, null if it is a list, map or time
NULLS       ``n`` always: as it was given, null if it was not given
=========== ===== ==================================================================

A field that is in no table has the mode that goes with its type:

- a required field is written always (``a``), and so is ``metadata``;
- text, bytes, a list and a map are written unless empty (``o``);
- a struct, a time, a quantity, an int-or-string and free JSON are behind a pointer (``p``).

A number or a truth value that is not required has no such rule: each must be in a table.

Source: struct fields and their tags in ``k8s.io/api``, ``k8s.io/apimachinery``,
``k8s.io/apiextensions-apiserver`` and ``k8s.io/kube-aggregator`` (v0.36), checked against the
answers of a server (1.36).
"""

from collections.abc import Mapping

POINTERS: Mapping[str, str] = {
    "admissionregistrationv1.MatchResources": "matchPolicy",
    "admissionregistrationv1.MutatingAdmissionPolicySpec": "failurePolicy",
    "admissionregistrationv1.MutatingWebhook": (
        "failurePolicy matchPolicy reinvocationPolicy timeoutSeconds"
    ),
    "admissionregistrationv1.NamedRuleWithOperations": "scope",
    "admissionregistrationv1.ParamRef": "parameterNotFoundAction",
    "admissionregistrationv1.RuleWithOperations": "scope",
    "admissionregistrationv1.ServiceReference": "path port",
    "admissionregistrationv1.ValidatingAdmissionPolicySpec": "failurePolicy",
    "admissionregistrationv1.ValidatingWebhook": "failurePolicy matchPolicy timeoutSeconds",
    "admissionregistrationv1.Validation": "reason",
    "admissionregistrationv1.WebhookClientConfig": "url",
    "apiextensionsv1.CustomResourceDefinitionVersion": "deprecationWarning",
    "apiextensionsv1.CustomResourceSubresourceScale": "labelSelectorPath",
    "apiextensionsv1.JSONSchemaProps": (
        "$ref maxItems maxLength maxProperties maximum minItems minLength minProperties minimum "
        "multipleOf x-kubernetes-list-type x-kubernetes-map-type "
        "x-kubernetes-preserve-unknown-fields"
    ),
    "apiextensionsv1.ServiceReference": "path port",
    "apiextensionsv1.ValidationRule": "optionalOldSelf reason",
    "apiextensionsv1.WebhookClientConfig": "url",
    "apiregistrationv1.ServiceReference": "port",
    "appsv1.DaemonSetSpec": "revisionHistoryLimit",
    "appsv1.DaemonSetStatus": "collisionCount",
    "appsv1.DeploymentSpec": "progressDeadlineSeconds replicas revisionHistoryLimit",
    "appsv1.DeploymentStatus": "collisionCount terminatingReplicas",
    "appsv1.ReplicaSetSpec": "replicas",
    "appsv1.ReplicaSetStatus": "terminatingReplicas",
    "appsv1.RollingUpdateStatefulSetStrategy": "partition",
    "appsv1.StatefulSetSpec": "replicas revisionHistoryLimit",
    "appsv1.StatefulSetStatus": "collisionCount",
    "autoscalingv1.HorizontalPodAutoscalerSpec": "minReplicas targetCPUUtilizationPercentage",
    "autoscalingv1.HorizontalPodAutoscalerStatus": (
        "currentCPUUtilizationPercentage observedGeneration"
    ),
    # No policies are not the same as policies that nobody gave: these have a default.
    "autoscalingv2.HPAScalingRules": "policies selectPolicy stabilizationWindowSeconds",
    "autoscalingv2.HorizontalPodAutoscalerSpec": "minReplicas",
    "autoscalingv2.HorizontalPodAutoscalerStatus": "observedGeneration",
    "autoscalingv2.MetricTarget": "averageUtilization",
    "autoscalingv2.MetricValueStatus": "averageUtilization",
    "batchv1.CronJobSpec": (
        "failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit suspend timeZone"
    ),
    "batchv1.JobSpec": (
        "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions "
        "managedBy manualSelector maxFailedIndexes parallelism podReplacementPolicy suspend "
        "ttlSecondsAfterFinished"
    ),
    "batchv1.JobStatus": "failedIndexes ready terminating",
    "batchv1.PodFailurePolicyOnExitCodesRequirement": "containerName",
    "batchv1.SuccessPolicyRule": "succeededCount succeededIndexes",
    "certificatesv1.CertificateSigningRequestSpec": "expirationSeconds",
    "coordinationv1.LeaseSpec": (
        "holderIdentity leaseDurationSeconds leaseTransitions preferredHolder strategy"
    ),
    "corev1.AppArmorProfile": "localhostProfile",
    "corev1.AzureDiskVolumeSource": "cachingMode fsType kind readOnly",
    "corev1.CSIVolumeSource": "fsType readOnly",
    "corev1.ClientIPConfig": "timeoutSeconds",
    "corev1.ClusterTrustBundleProjection": "name optional signerName",
    "corev1.ConfigMap": "immutable",
    "corev1.ConfigMapEnvSource": "optional",
    "corev1.ConfigMapKeySelector": "optional",
    "corev1.ConfigMapProjection": "optional",
    "corev1.ConfigMapVolumeSource": "defaultMode optional",
    "corev1.Container": "restartPolicy",
    "corev1.ContainerStatus": "started stopSignal",
    "corev1.DownwardAPIVolumeFile": "mode",
    "corev1.DownwardAPIVolumeSource": "defaultMode",
    "corev1.EndpointAddress": "nodeName",
    "corev1.EndpointPort": "appProtocol",
    "corev1.EphemeralContainer": "restartPolicy",
    "corev1.FCVolumeSource": "lun",
    "corev1.FileKeySelector": "optional",
    "corev1.GlusterfsPersistentVolumeSource": "endpointsNamespace",
    "corev1.HostPathVolumeSource": "type",
    "corev1.ISCSIPersistentVolumeSource": "initiatorName",
    "corev1.ISCSIVolumeSource": "initiatorName",
    "corev1.KeyToPath": "mode",
    "corev1.Lifecycle": "stopSignal",
    "corev1.LoadBalancerIngress": "ipMode",
    "corev1.LocalVolumeSource": "fsType",
    "corev1.NodeFeatures": "supplementalGroupsPolicy",
    "corev1.NodeRuntimeHandlerFeatures": "recursiveReadOnlyMounts userNamespaces",
    "corev1.NodeSwapStatus": "capacity",
    "corev1.PersistentVolumeClaimSpec": "storageClassName volumeAttributesClassName volumeMode",
    "corev1.PersistentVolumeClaimStatus": "currentVolumeAttributesClassName",
    "corev1.PersistentVolumeSpec": "volumeAttributesClassName volumeMode",
    "corev1.PodCertificateProjection": "maxExpirationSeconds",
    "corev1.PodDNSConfigOption": "value",
    "corev1.PodResourceClaim": "resourceClaimName resourceClaimTemplateName",
    "corev1.PodResourceClaimStatus": "resourceClaimName",
    "corev1.PodSchedulingGroup": "podGroupName",
    "corev1.PodSecurityContext": (
        "fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy "
        "supplementalGroupsPolicy"
    ),
    "corev1.PodSpec": (
        "activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers "
        "hostnameOverride preemptionPolicy priority runtimeClassName setHostnameAsFQDN "
        "shareProcessNamespace terminationGracePeriodSeconds"
    ),
    "corev1.PortStatus": "error",
    "corev1.Probe": "terminationGracePeriodSeconds",
    "corev1.ProjectedVolumeSource": "defaultMode",
    "corev1.ReplicationControllerSpec": "replicas",
    "corev1.SeccompProfile": "localhostProfile",
    "corev1.Secret": "immutable",
    "corev1.SecretEnvSource": "optional",
    "corev1.SecretKeySelector": "optional",
    "corev1.SecretProjection": "optional",
    "corev1.SecretVolumeSource": "defaultMode optional",
    "corev1.SecurityContext": (
        "allowPrivilegeEscalation privileged procMount readOnlyRootFilesystem runAsGroup "
        "runAsNonRoot runAsUser"
    ),
    "corev1.ServiceAccount": "automountServiceAccountToken",
    "corev1.ServiceAccountTokenProjection": "expirationSeconds",
    "corev1.ServicePort": "appProtocol",
    "corev1.ServiceSpec": (
        "allocateLoadBalancerNodePorts internalTrafficPolicy ipFamilyPolicy loadBalancerClass "
        "trafficDistribution"
    ),
    "corev1.Toleration": "tolerationSeconds",
    "corev1.TopologySpreadConstraint": "minDomains nodeAffinityPolicy nodeTaintsPolicy",
    "corev1.TypedObjectReference": "namespace",
    "corev1.VolumeMount": "mountPropagation recursiveReadOnly",
    "corev1.VolumeMountStatus": "recursiveReadOnly",
    "corev1.WindowsSecurityContextOptions": (
        "gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName"
    ),
    "discoveryv1.Endpoint": "hostname nodeName zone",
    "discoveryv1.EndpointConditions": "ready serving terminating",
    "discoveryv1.EndpointPort": "appProtocol name port protocol",
    "flowcontrolv1.ExemptPriorityLevelConfiguration": "lendablePercent nominalConcurrencyShares",
    "flowcontrolv1.LimitedPriorityLevelConfiguration": "borrowingLimitPercent lendablePercent",
    "metav1.DeleteOptions": (
        "gracePeriodSeconds ignoreStoreReadErrorWithClusterBreakingPotential orphanDependents "
        "propagationPolicy"
    ),
    "metav1.ListMeta": "remainingItemCount",
    "metav1.Preconditions": "resourceVersion uid",
    "networkingv1.IPAddressSpec": "parentRef",
    "networkingv1.IngressClassParametersReference": "apiGroup namespace scope",
    "networkingv1.IngressPortStatus": "error",
    "networkingv1.IngressSpec": "ingressClassName",
    "networkingv1.NetworkPolicyPort": "endPort protocol",
    "policyv1.PodDisruptionBudgetSpec": "unhealthyPodEvictionPolicy",
    "resourcev1.AllocatedDeviceStatus": "shareID",
    "resourcev1.CapacityRequestPolicyRange": "min",
    "resourcev1.Device": "allNodes allowMultipleAllocations bindsToNode nodeName",
    "resourcev1.DeviceAttribute": "bool int string version",
    "resourcev1.DeviceClassSpec": "extendedResourceName",
    "resourcev1.DeviceConstraint": "distinctAttribute matchAttribute",
    "resourcev1.DeviceRequestAllocationResult": "adminAccess shareID",
    "resourcev1.DeviceToleration": "tolerationSeconds",
    "resourcev1.ExactDeviceRequest": "adminAccess",
    "resourcev1.NodeAllocatableResourceMapping": "capacityKey",
    "resourcev1.ResourceSliceSpec": "allNodes nodeName perDeviceNodeSelection",
    "schedulingv1.PriorityClass": "preemptionPolicy",
    "storagev1.CSIDriverSpec": (
        "attachRequired fsGroupPolicy nodeAllocatableUpdatePeriodSeconds podInfoOnMount "
        "preventPodSchedulingIfMissing requiresRepublish seLinuxMount "
        "serviceAccountTokenInSecrets storageCapacity"
    ),
    "storagev1.StorageClass": "allowVolumeExpansion reclaimPolicy volumeBindingMode",
    "storagev1.TokenRequest": "expirationSeconds",
    "storagev1.VolumeAttachmentSource": "persistentVolumeName",
    "storagev1.VolumeError": "errorCode",
    "storagev1.VolumeNodeResources": "count",
    "ObjectMeta": "deletionGracePeriodSeconds",
    "OwnerReference": "blockOwnerDeletion controller",
}
"""Fields behind a pointer, with ``omitempty``."""

OMITTED: Mapping[str, str] = {
    "admissionregistrationv1.ValidatingAdmissionPolicyStatus": "observedGeneration",
    "apiextensionsv1.CustomResourceColumnDefinition": "priority",
    "apiextensionsv1.CustomResourceDefinitionCondition": "observedGeneration",
    "apiextensionsv1.CustomResourceDefinitionSpec": "preserveUnknownFields",
    "apiextensionsv1.CustomResourceDefinitionStatus": "observedGeneration",
    "apiextensionsv1.CustomResourceDefinitionVersion": "deprecated",
    "apiextensionsv1.JSONSchemaProps": (
        "exclusiveMaximum exclusiveMinimum nullable uniqueItems x-kubernetes-embedded-resource "
        "x-kubernetes-int-or-string"
    ),
    "apiregistrationv1.APIServiceSpec": "insecureSkipTLSVerify",
    "appsv1.DaemonSetSpec": "minReadySeconds",
    "appsv1.DaemonSetStatus": (
        "numberAvailable numberUnavailable observedGeneration updatedNumberScheduled"
    ),
    "appsv1.DeploymentSpec": "minReadySeconds paused",
    "appsv1.DeploymentStatus": (
        "availableReplicas observedGeneration readyReplicas replicas unavailableReplicas "
        "updatedReplicas"
    ),
    "appsv1.ReplicaSetSpec": "minReadySeconds",
    "appsv1.ReplicaSetStatus": (
        "availableReplicas fullyLabeledReplicas observedGeneration readyReplicas"
    ),
    "appsv1.StatefulSetSpec": "minReadySeconds",
    "appsv1.StatefulSetStatus": (
        "currentReplicas observedGeneration readyReplicas updatedReplicas"
    ),
    "authenticationv1.TokenReviewSpec": "token",
    "authenticationv1.TokenReviewStatus": "authenticated",
    "authorizationv1.SubjectAccessReviewStatus": "denied",
    "autoscalingv1.ScaleSpec": "replicas",
    "autoscalingv2.HorizontalPodAutoscalerStatus": "currentReplicas",
    "batchv1.JobStatus": "active failed succeeded",
    "corev1.AWSElasticBlockStoreVolumeSource": "partition readOnly",
    "corev1.AzureFilePersistentVolumeSource": "readOnly",
    "corev1.AzureFileVolumeSource": "readOnly",
    "corev1.CSIPersistentVolumeSource": "readOnly",
    "corev1.CephFSPersistentVolumeSource": "readOnly",
    "corev1.CephFSVolumeSource": "readOnly",
    "corev1.CinderPersistentVolumeSource": "readOnly",
    "corev1.CinderVolumeSource": "readOnly",
    "corev1.Container": "stdin stdinOnce tty",
    "corev1.ContainerImage": "sizeBytes",
    "corev1.ContainerPort": "hostPort",
    "corev1.ContainerRestartRule": "action",
    "corev1.ContainerRestartRuleOnExitCodes": "operator",
    "corev1.ContainerStateTerminated": "signal",
    "corev1.EphemeralContainer": "stdin stdinOnce tty",
    "corev1.Event": "count",
    "corev1.EventSeries": "count",
    "corev1.FCVolumeSource": "readOnly",
    "corev1.FlexPersistentVolumeSource": "readOnly",
    "corev1.FlexVolumeSource": "readOnly",
    "corev1.GCEPersistentDiskVolumeSource": "partition readOnly",
    "corev1.GlusterfsPersistentVolumeSource": "readOnly",
    "corev1.GlusterfsVolumeSource": "readOnly",
    "corev1.ISCSIPersistentVolumeSource": "chapAuthDiscovery chapAuthSession readOnly",
    "corev1.ISCSIVolumeSource": "chapAuthDiscovery chapAuthSession readOnly",
    "corev1.NFSVolumeSource": "readOnly",
    "corev1.NodeAllocatableResourceClaimStatus": "resources",
    "corev1.NodeSpec": "unschedulable",
    "corev1.PersistentVolumeClaimVolumeSource": "readOnly",
    "corev1.PodCertificateProjection": "keyType signerName",
    "corev1.PodCondition": "observedGeneration",
    "corev1.PodSpec": "hostIPC hostNetwork hostPID",
    "corev1.PodStatus": "observedGeneration",
    "corev1.PortworxVolumeSource": "readOnly",
    "corev1.Probe": (
        "failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds"
    ),
    "corev1.QuobyteVolumeSource": "readOnly",
    "corev1.RBDPersistentVolumeSource": "readOnly",
    "corev1.RBDVolumeSource": "readOnly",
    "corev1.ReplicationControllerSpec": "minReadySeconds",
    "corev1.ReplicationControllerStatus": (
        "availableReplicas fullyLabeledReplicas observedGeneration readyReplicas"
    ),
    "corev1.ScaleIOPersistentVolumeSource": "readOnly sslEnabled",
    "corev1.ScaleIOVolumeSource": "readOnly sslEnabled",
    "corev1.ServicePort": "nodePort",
    "corev1.ServiceSpec": "healthCheckNodePort publishNotReadyAddresses",
    "corev1.StorageOSPersistentVolumeSource": "readOnly",
    "corev1.StorageOSVolumeSource": "readOnly",
    "corev1.VolumeMount": "readOnly",
    "corev1.VolumeMountStatus": "readOnly",
    "eventsv1.Event": "deprecatedCount",
    "flowcontrolv1.ResourcePolicyRule": "clusterScope",
    "metav1.Status": "code",
    "metav1.StatusDetails": "retryAfterSeconds",
    "networkingv1.ParentReference": "name resource",
    "networkingv1.ServiceBackendPort": "number",
    "policyv1.PodDisruptionBudgetStatus": "observedGeneration",
    "resourcev1.CounterSet": "counters",
    "resourcev1.DeviceCounterConsumption": "counters",
    "resourcev1.DeviceSubRequest": "count",
    "resourcev1.ExactDeviceRequest": "count",
    "schedulingv1.PriorityClass": "globalDefault",
    "Condition": "observedGeneration",
    "ObjectMeta": "creationTimestamp generation",
}
"""Fields held by value, with ``omitempty``; and a time with ``omitzero``."""

ALWAYS: Mapping[str, str] = {
    "admissionregistrationv1.MutatingAdmissionPolicy": "spec",
    "admissionregistrationv1.MutatingAdmissionPolicyBinding": "spec",
    "admissionregistrationv1.ValidatingAdmissionPolicy": "spec status",
    "apiextensionsv1.CustomResourceDefinition": "status",
    "apiextensionsv1.CustomResourceDefinitionCondition": "lastTransitionTime",
    "apiextensionsv1.CustomResourceDefinitionStatus": "acceptedNames conditions storedVersions",
    "apiregistrationv1.APIService": "spec status",
    "apiregistrationv1.APIServiceCondition": "lastTransitionTime",
    "appsv1.ControllerRevision": "data",
    "appsv1.DaemonSet": "spec status",
    "appsv1.DaemonSetCondition": "lastTransitionTime",
    "appsv1.DaemonSetSpec": "updateStrategy",
    "appsv1.Deployment": "spec status",
    "appsv1.DeploymentCondition": "lastTransitionTime lastUpdateTime",
    "appsv1.DeploymentSpec": "strategy",
    "appsv1.ReplicaSet": "spec status",
    "appsv1.ReplicaSetCondition": "lastTransitionTime",
    "appsv1.ReplicaSetSpec": "template",
    "appsv1.StatefulSet": "spec status",
    "appsv1.StatefulSetCondition": "lastTransitionTime",
    "appsv1.StatefulSetOrdinals": "start",
    "appsv1.StatefulSetSpec": "serviceName updateStrategy",
    "appsv1.StatefulSetStatus": "availableReplicas",
    "authenticationv1.SelfSubjectReview": "status",
    "authenticationv1.SelfSubjectReviewStatus": "userInfo",
    "authenticationv1.TokenRequest": "spec status",
    "authenticationv1.TokenRequestSpec": "audiences",
    "authenticationv1.TokenRequestStatus": "expirationTimestamp token",
    "authenticationv1.TokenReview": "status",
    "authenticationv1.TokenReviewStatus": "user",
    "authorizationv1.LocalSubjectAccessReview": "status",
    "authorizationv1.SelfSubjectAccessReview": "status",
    "authorizationv1.SelfSubjectRulesReview": "status",
    "authorizationv1.SubjectAccessReview": "status",
    "autoscalingv1.HorizontalPodAutoscaler": "status",
    "autoscalingv1.Scale": "spec status",
    "autoscalingv2.HorizontalPodAutoscaler": "status",
    "autoscalingv2.HorizontalPodAutoscalerCondition": "lastTransitionTime",
    "autoscalingv2.HorizontalPodAutoscalerStatus": "currentMetrics",
    "batchv1.CronJob": "status",
    "batchv1.Job": "spec status",
    "batchv1.JobCondition": "lastProbeTime lastTransitionTime",
    "batchv1.JobTemplateSpec": "spec",
    "certificatesv1.CertificateSigningRequest": "status",
    "certificatesv1.CertificateSigningRequestCondition": "lastTransitionTime lastUpdateTime",
    "coordinationv1.Lease": "spec",
    "corev1.Container": "resources",
    "corev1.ContainerImage": "names",
    "corev1.ContainerStateRunning": "startedAt",
    "corev1.ContainerStateTerminated": "finishedAt startedAt",
    "corev1.ContainerStatus": "lastState state",
    "corev1.EphemeralContainer": "resources",
    "corev1.Event": (
        "eventTime firstTimestamp lastTimestamp reportingComponent reportingInstance source"
    ),
    "corev1.EventSeries": "lastObservedTime",
    "corev1.LimitRange": "spec",
    "corev1.Namespace": "spec status",
    "corev1.NamespaceCondition": "lastTransitionTime",
    "corev1.Node": "spec status",
    "corev1.NodeCondition": "lastHeartbeatTime lastTransitionTime",
    "corev1.NodeDaemonEndpoints": "kubeletEndpoint",
    "corev1.NodeRuntimeHandler": "name",
    "corev1.NodeStatus": "daemonEndpoints nodeInfo",
    "corev1.PersistentVolume": "spec status",
    "corev1.PersistentVolumeClaim": "spec status",
    "corev1.PersistentVolumeClaimCondition": "lastProbeTime lastTransitionTime",
    "corev1.PersistentVolumeClaimSpec": "resources",
    "corev1.Pod": "spec status",
    "corev1.PodCondition": "lastProbeTime lastTransitionTime",
    "corev1.PodTemplate": "template",
    "corev1.PodTemplateSpec": "spec",
    "corev1.ProjectedVolumeSource": "sources",
    "corev1.ReplicationController": "spec status",
    "corev1.ReplicationControllerCondition": "lastTransitionTime",
    "corev1.ResourceFieldSelector": "divisor",
    "corev1.ResourceQuota": "spec status",
    "corev1.Service": "spec status",
    "corev1.ServicePort": "targetPort",
    "corev1.ServiceStatus": "loadBalancer",
    "discoveryv1.Endpoint": "conditions",
    "discoveryv1.EndpointSlice": "endpoints ports",
    "eventsv1.Event": (
        "deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedSource regarding"
    ),
    "flowcontrolv1.FlowSchema": "spec status",
    "flowcontrolv1.FlowSchemaCondition": "lastTransitionTime",
    "flowcontrolv1.FlowSchemaSpec": "matchingPrecedence",
    "flowcontrolv1.LimitedPriorityLevelConfiguration": "limitResponse",
    "flowcontrolv1.PriorityLevelConfiguration": "spec status",
    "flowcontrolv1.PriorityLevelConfigurationCondition": "lastTransitionTime",
    "flowcontrolv1.QueuingConfiguration": "handSize queueLengthLimit queues",
    "flowcontrolv1.ResourcePolicyRule": "namespaces",
    "metav1.APIGroup": "preferredVersion",
    "networkingv1.Ingress": "spec status",
    "networkingv1.IngressClass": "spec",
    "networkingv1.IngressServiceBackend": "port",
    "networkingv1.IngressStatus": "loadBalancer",
    "networkingv1.NetworkPolicy": "spec",
    "networkingv1.NetworkPolicySpec": "podSelector",
    "networkingv1.ServiceCIDR": "spec status",
    "policyv1.PodDisruptionBudget": "spec status",
    "policyv1.PodDisruptionBudgetStatus": (
        "currentHealthy desiredHealthy disruptionsAllowed expectedPods"
    ),
    "rbacv1.ClusterRole": "rules",
    "rbacv1.Role": "rules",
    "rbacv1.RoleRef": "apiGroup",
    "resourcev1.AllocatedDeviceStatus": "conditions",
    "resourcev1.AllocationResult": "devices",
    "resourcev1.DeviceClaim": "requests",
    "resourcev1.ResourceClaim": "status",
    "resourcev1.ResourceClaimSpec": "devices",
    "schedulingv1.PriorityClass": "value",
    "storagev1.CSINodeDriver": "topologyKeys",
    "storagev1.VolumeAttachment": "status",
    "storagev1.VolumeError": "time",
}
"""Fields that are not required, yet held by value without an ``omitempty`` that would work."""

NULLS: Mapping[str, str] = {
    "admissionregistrationv1.MutatingWebhook": "sideEffects",
    "admissionregistrationv1.ValidatingWebhook": "sideEffects",
    "appsv1.DaemonSetSpec": "selector",
    "appsv1.DeploymentSpec": "selector",
    "appsv1.ReplicaSetSpec": "selector",
    "appsv1.StatefulSetSpec": "selector",
    "authenticationv1.TokenRequestSpec": "boundObjectRef expirationSeconds",
    "corev1.AzureFilePersistentVolumeSource": "secretNamespace",
    "corev1.GRPCAction": "service",
    "corev1.ScaleIOPersistentVolumeSource": "secretRef",
    "corev1.ScaleIOVolumeSource": "secretRef",
    "corev1.TypedLocalObjectReference": "apiGroup",
    "corev1.TypedObjectReference": "apiGroup",
    "flowcontrolv1.LimitedPriorityLevelConfiguration": "nominalConcurrencyShares",
    "networkingv1.HTTPIngressPath": "pathType",
    "resourcev1.CapacityRequestPolicy": "default",
}
"""Fields behind a pointer, without ``omitempty``."""

TABLES: Mapping[str, Mapping[str, str]] = {
    "p": POINTERS,
    "o": OMITTED,
    "a": ALWAYS,
    "n": NULLS,
}
"""The tables by mode."""
