using k8s;
using k8s.Models;
using static Usher.Doorway.Files.Manifests.ManifestKind;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// Kinds of Kubernetes' own that charts and dumps of clusters have and that concern nothing on the road. They are read, since an API server takes them, in every version that it serves;
/// whether somebody has to know that nothing comes of one is the pods' hop's matter. Those that aren't kept anywhere (TokenReview, Eviction, Binding) are no objects to be written.
/// </summary>
internal static class KindsWithoutEffect
{
    /// <summary>Makes all of them.</summary>
    internal static IReadOnlyList<ManifestKind> Make() =>
    [
        Object<Corev1Event>("v1", "Event"),
        Object<Eventsv1Event>("events.k8s.io/v1", "Event"),
        Object<V1PodTemplate>("v1", "PodTemplate"),
        Object<V1ControllerRevision>("apps/v1", "ControllerRevision"),
        Cluster<V1RuntimeClass>("node.k8s.io/v1", "RuntimeClass"),
        Cluster<V1CSIDriver>("storage.k8s.io/v1", "CSIDriver"),
        Cluster<V1CSINode>("storage.k8s.io/v1", "CSINode"),
        Object<V1CSIStorageCapacity>("storage.k8s.io/v1", "CSIStorageCapacity"),
        Cluster<V1VolumeAttachment>("storage.k8s.io/v1", "VolumeAttachment"),
        Cluster<V1VolumeAttributesClass>("storage.k8s.io/v1", "VolumeAttributesClass"),
        Cluster<V1FlowSchema>("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"),
        Cluster<V1PriorityLevelConfiguration>("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration"),
        Cluster<V1IPAddress>("networking.k8s.io/v1", "IPAddress"),
        Cluster<V1ServiceCIDR>("networking.k8s.io/v1", "ServiceCIDR"),
        Cluster<V1CertificateSigningRequest>("certificates.k8s.io/v1", "CertificateSigningRequest", NameRule.PathSegment),
        Cluster<V1beta1ClusterTrustBundle>("certificates.k8s.io/v1beta1", "ClusterTrustBundle", NameRule.PathSegment),
        Object<V1beta1PodCertificateRequest>("certificates.k8s.io/v1beta1", "PodCertificateRequest"),
        Object<V1beta1LeaseCandidate>("coordination.k8s.io/v1beta1", "LeaseCandidate"),
        Cluster<V1ValidatingAdmissionPolicy>("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
        Cluster<V1ValidatingAdmissionPolicyBinding>("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
        Cluster<V1MutatingAdmissionPolicy>("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"),
        Older<V1beta1MutatingAdmissionPolicy, V1MutatingAdmissionPolicy>("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", namespaced: false),
        Cluster<V1MutatingAdmissionPolicyBinding>("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding"),
        Older<V1beta1MutatingAdmissionPolicyBinding, V1MutatingAdmissionPolicyBinding>("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", namespaced: false),
        Object<Resourcev1ResourceClaim>("resource.k8s.io/v1", "ResourceClaim"),
        Older<V1beta2ResourceClaim, Resourcev1ResourceClaim>("resource.k8s.io/v1beta2", "ResourceClaim", namespaced: true),
        Older<V1beta1ResourceClaim, Resourcev1ResourceClaim>("resource.k8s.io/v1beta1", "ResourceClaim", namespaced: true),
        Object<V1ResourceClaimTemplate>("resource.k8s.io/v1", "ResourceClaimTemplate"),
        Older<V1beta2ResourceClaimTemplate, V1ResourceClaimTemplate>("resource.k8s.io/v1beta2", "ResourceClaimTemplate", namespaced: true),
        Older<V1beta1ResourceClaimTemplate, V1ResourceClaimTemplate>("resource.k8s.io/v1beta1", "ResourceClaimTemplate", namespaced: true),
        Cluster<V1DeviceClass>("resource.k8s.io/v1", "DeviceClass"),
        Older<V1beta2DeviceClass, V1DeviceClass>("resource.k8s.io/v1beta2", "DeviceClass", namespaced: false),
        Older<V1beta1DeviceClass, V1DeviceClass>("resource.k8s.io/v1beta1", "DeviceClass", namespaced: false),
        Cluster<V1ResourceSlice>("resource.k8s.io/v1", "ResourceSlice"),
        Older<V1beta2ResourceSlice, V1ResourceSlice>("resource.k8s.io/v1beta2", "ResourceSlice", namespaced: false),
        Older<V1beta1ResourceSlice, V1ResourceSlice>("resource.k8s.io/v1beta1", "ResourceSlice", namespaced: false),
    ];

    private static ManifestKind Cluster<T>(string apiVersion, string name, NameRule nameRule = NameRule.Subdomain) where T : class, IKubernetesObject<V1ObjectMeta> =>
        WithoutEffect<T>(apiVersion, name, namespaced: false, nameRule);

    // A kind has one model: of an older version's fields, which nobody reads, nothing is kept.
    private static ManifestKind Older<TOlder, T>(string apiVersion, string name, bool namespaced)
        where TOlder : class, IKubernetesObject<V1ObjectMeta>
        where T : class, IKubernetesObject<V1ObjectMeta>, new() =>
        WithoutEffect<TOlder>(apiVersion, name, namespaced, NameRule.Subdomain, older => new T { ApiVersion = older.ApiVersion, Kind = older.Kind, Metadata = older.Metadata });

    private static ManifestKind Object<T>(string apiVersion, string name) where T : class, IKubernetesObject<V1ObjectMeta> => WithoutEffect<T>(apiVersion, name, namespaced: true, NameRule.Subdomain);
}
