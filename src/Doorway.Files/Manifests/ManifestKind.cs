using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using Usher.Doorway.Files.Ack;
using Usher.Doorway.Files.GatewaySchema;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.Manifests;

/// <summary>A kind that can be written in a manifest.</summary>
internal sealed class ManifestKind
{
    private static readonly JsonSerializerOptions AckOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Func<ReadOnlyMemory<byte>, object?> read;

    private ManifestKind(string apiVersion, string name, bool namespaced, NameRule nameRule, Type model, Func<ReadOnlyMemory<byte>, object?> read)
    {
        (ApiVersion, Name, Namespaced, NameRule, Model) = (apiVersion, name, namespaced, nameRule, model);
        Group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion[..apiVersion.IndexOf('/', StringComparison.Ordinal)] : "";
        this.read = read;
    }

    /// <summary>Every kind, in the order in which errors list them.</summary>
    internal static IReadOnlyList<ManifestKind> All { get; } =
    [
        Kubernetes<V1Namespace>("v1", "Namespace", namespaced: false, NameRule.Label),
        Kubernetes<V1Node>("v1", "Node", namespaced: false),
        Kubernetes<V1Pod>("v1", "Pod"),
        Kubernetes<V1Service>("v1", "Service", nameRule: NameRule.LetterLabel),
        Kubernetes<V1ConfigMap>("v1", "ConfigMap"),
        Kubernetes<V1Secret>("v1", "Secret"),
        Kubernetes<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim"),
        Kubernetes<V1ServiceAccount>("v1", "ServiceAccount"),
        Kubernetes<V1Deployment>("apps/v1", "Deployment"),
        Kubernetes<V1ReplicaSet>("apps/v1", "ReplicaSet"),
        Kubernetes<V1ReplicationController>("v1", "ReplicationController"),
        Kubernetes<V1StatefulSet>("apps/v1", "StatefulSet"),
        Kubernetes<V1DaemonSet>("apps/v1", "DaemonSet"),
        Kubernetes<V1Job>("batch/v1", "Job"),
        Kubernetes<V1CronJob>("batch/v1", "CronJob"),
        Kubernetes<V1Endpoints>("v1", "Endpoints", check: EndpointsSchema.Check),
        Kubernetes<V1EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice"),
        Kubernetes<V1Ingress>("networking.k8s.io/v1", "Ingress", check: IngressSchema.Check),
        Kubernetes<V1IngressClass>("networking.k8s.io/v1", "IngressClass", namespaced: false),
        .. GatewayKinds.All,
        Kubernetes<V1NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy"),
        Kubernetes<V2HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler"),
        Older<V1HorizontalPodAutoscaler>("autoscaling/v1", "HorizontalPodAutoscaler", OlderAutoscalers.Read),
        Kubernetes<V1PodDisruptionBudget>("policy/v1", "PodDisruptionBudget"),
        Kubernetes<V1PriorityClass>("scheduling.k8s.io/v1", "PriorityClass", namespaced: false),
        Kubernetes<V1StorageClass>("storage.k8s.io/v1", "StorageClass", namespaced: false),
        Kubernetes<V1ResourceQuota>("v1", "ResourceQuota"),
        Kubernetes<V1LimitRange>("v1", "LimitRange"),
        Kubernetes<V1ClusterRole>("rbac.authorization.k8s.io/v1", "ClusterRole", namespaced: false, NameRule.PathSegment),
        Kubernetes<V1ClusterRoleBinding>("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", namespaced: false, NameRule.PathSegment),
        Kubernetes<V1Role>("rbac.authorization.k8s.io/v1", "Role", nameRule: NameRule.PathSegment),
        Kubernetes<V1RoleBinding>("rbac.authorization.k8s.io/v1", "RoleBinding", nameRule: NameRule.PathSegment),
        Kubernetes<V1PersistentVolume>("v1", "PersistentVolume", namespaced: false),
        Kubernetes<V1CustomResourceDefinition>("apiextensions.k8s.io/v1", "CustomResourceDefinition", namespaced: false),
        Kubernetes<V1APIService>("apiregistration.k8s.io/v1", "APIService", namespaced: false),
        Kubernetes<V1Lease>("coordination.k8s.io/v1", "Lease"),
        Kubernetes<V1MutatingWebhookConfiguration>("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", namespaced: false),
        Kubernetes<V1ValidatingWebhookConfiguration>("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", namespaced: false),
        .. KindsWithoutEffect.Make(),
        Kubernetes<TargetGroupBinding>(TargetGroupBinding.GroupVersion, "TargetGroupBinding"),
        Kubernetes<IngressClassParams>(TargetGroupBinding.GroupVersion, "IngressClassParams", namespaced: false),
        Ack<HostedZoneSpec>("route53.services.k8s.aws/v1alpha1", "HostedZone"),
        Ack<RecordSetSpec>("route53.services.k8s.aws/v1alpha1", "RecordSet"),
        Ack<CertificateSpec>("acm.services.k8s.aws/v1alpha1", "Certificate"),
        Ack<LoadBalancerSpec>("elbv2.services.k8s.aws/v1alpha1", "LoadBalancer", LoadBalancerStatus.Read),
        Ack<ListenerSpec>("elbv2.services.k8s.aws/v1alpha1", "Listener"),
        Ack<RuleSpec>("elbv2.services.k8s.aws/v1alpha1", "Rule"),
        Ack<TargetGroupSpec>("elbv2.services.k8s.aws/v1alpha1", "TargetGroup"),
    ];

    /// <summary><c>apps/v1</c>.</summary>
    internal string ApiVersion { get; }

    /// <summary>Older versions that are the same kind of object, as <c>v1beta1</c>; it is read as one of <see cref="ApiVersion"/>.</summary>
    internal IReadOnlyList<string> OlderVersions { get; private init; } = [];

    /// <summary>Checks an object that was read, beyond the types of its fields; null where nothing is.</summary>
    internal Action<SchemaCheck, object>? Check { get; private init; }

    /// <summary><c>apps</c>; empty for the core group.</summary>
    internal string Group { get; }

    /// <summary><c>Deployment</c>.</summary>
    internal string Name { get; }

    /// <summary>False for a cluster-scoped kind.</summary>
    internal bool Namespaced { get; }

    /// <summary>The rule of its names.</summary>
    internal NameRule NameRule { get; }

    /// <summary>The type whose fields may be written.</summary>
    internal Type Model { get; }

    /// <summary>True for what becomes an object of AWS's: its value is the spec of an ACK object.</summary>
    internal bool IsAck { get; private init; }

    /// <summary>True for what concerns nothing on the road: messages that list what is supported leave it out.</summary>
    internal bool HasNoEffect { get; private init; }

    /// <summary>True when errors must not show its values.</summary>
    internal bool IsSecret => Model == typeof(V1Secret);

    /// <summary>The kind of an <c>apiVersion</c> and <c>kind</c>, or null.</summary>
    internal static ManifestKind? Find(string apiVersion, string name) => All.FirstOrDefault(k => k.Name == name && (k.ApiVersion == apiVersion || k.IsOlder(apiVersion)));

    /// <summary>The object of checked JSON: a Kubernetes model, or the spec of an ACK object (null when it has none).</summary>
    /// <exception cref="JsonException">The serialiser wants something else than the binder knows of.</exception>
    internal object? Read(ReadOnlyMemory<byte> json) => read(json);

    /// <summary>A kind of somebody else's CustomResourceDefinition.</summary>
    /// <param name="apiVersion">As written.</param>
    /// <param name="name">As written.</param>
    /// <param name="namespaced">Whether the object is in a namespace: only the definition knows whether all are.</param>
    internal static ManifestKind Custom(string apiVersion, string name, bool namespaced) =>
        new(apiVersion, name, namespaced, NameRule.Subdomain, typeof(CustomResource), json => ReadModel<CustomResource>(json, namespaced));

    /// <summary>A kind of the Gateway API.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="olderVersions">Versions before <c>v1</c> that have the same fields.</param>
    /// <param name="check">Checks a spec that is written.</param>
    /// <param name="namespaced">False for a cluster-scoped kind.</param>
    internal static ManifestKind Gateway<T, TSpec>(string name, IReadOnlyList<string> olderVersions, Action<SchemaCheck, TSpec> check, bool namespaced = true)
        where T : GatewayObject<TSpec>
        where TSpec : new()
    {
        var apiVersion = $"{GatewayApi.Group}/v1";
        return new ManifestKind(apiVersion, name, namespaced, NameRule.Subdomain, typeof(T), json =>
        {
            var model = ReadModel<T>(json, namespaced);
            model.ApiVersion = apiVersion;
            return model;
        })
        {
            OlderVersions = olderVersions,
            Check = (schema, value) =>
            {
                if (schema.Wrote("spec")) check(schema, ((T)value).Spec);
                else schema.Error("spec", "is required");
            },
        };
    }

    private bool IsOlder(string apiVersion) =>
        apiVersion.Length > Group.Length && apiVersion.StartsWith(Group, StringComparison.Ordinal) && apiVersion[Group.Length] == '/'
        && OlderVersions.Contains(apiVersion[(Group.Length + 1)..], StringComparer.Ordinal);

    /// <summary>A kind of Kubernetes' own that concerns nothing on the road.</summary>
    /// <param name="apiVersion">As <c>storage.k8s.io/v1</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="namespaced">False for a cluster-scoped kind.</param>
    /// <param name="nameRule">The rule of its names.</param>
    /// <param name="keep">Makes what is kept; null for the model that was read.</param>
    internal static ManifestKind WithoutEffect<T>(string apiVersion, string name, bool namespaced, NameRule nameRule, Func<T, object>? keep = null) where T : class, IKubernetesObject<V1ObjectMeta> =>
        new(apiVersion, name, namespaced, nameRule, typeof(T), json => ReadModel<T>(json, namespaced) is var model && keep is not null ? keep(model) : model) { HasNoEffect = true };

    private static ManifestKind Kubernetes<T>(string apiVersion, string name, bool namespaced = true, NameRule nameRule = NameRule.Subdomain, Action<SchemaCheck, T>? check = null)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        new(apiVersion, name, namespaced, nameRule, typeof(T), json => ReadModel<T>(json, namespaced)) { Check = check is null ? null : (schema, value) => check(schema, (T)value) };

    /// <summary>An older version with other fields that is read as the one that is kept.</summary>
    private static ManifestKind Older<T>(string apiVersion, string name, Func<T, object> convert) where T : class, IKubernetesObject<V1ObjectMeta> =>
        new(apiVersion, name, namespaced: true, NameRule.Subdomain, typeof(T), json => convert(ReadModel<T>(json, namespaced: true)));

    private static T ReadModel<T>(ReadOnlyMemory<byte> json, bool namespaced) where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var model = KubernetesJson.Deserialize<T>(Encoding.UTF8.GetString(json.Span));
        model.Metadata ??= new V1ObjectMeta();
        if (namespaced && string.IsNullOrEmpty(model.Metadata.NamespaceProperty)) model.Metadata.NamespaceProperty = ManifestReader.DefaultNamespace;
        return model;
    }

    private static ManifestKind Ack<TSpec>(string apiVersion, string name, Action<TSpec, JsonElement>? status = null) where TSpec : class =>
        new(apiVersion, name, namespaced: true, NameRule.Subdomain, typeof(AckObject<TSpec>), json =>
        {
            var spec = JsonSerializer.Deserialize<AckObject<TSpec>>(json.Span, AckOptions)?.Spec;
            if (spec is null || status is null) return spec;
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.TryGetProperty("status", out var written)) status(spec, written);
            return spec;
        })
        {
            IsAck = true,
        };
}
