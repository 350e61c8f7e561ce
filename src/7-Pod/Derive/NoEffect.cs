using k8s;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Kinds that ordinary manifests have and that change nothing here: each object is named once (of somebody else's custom resources each kind), so that nobody relies on it.</summary>
internal static class NoEffect
{
    private static readonly Dictionary<(string Group, string Kind), string> Unsupported = new()
    {
        [("externaldns.k8s.io", "DNSEndpoint")] = "write its records as RecordSets, or as external-dns annotations of a Service or Ingress",
        [("aga.k8s.aws", "GlobalAccelerator")] = "there is no AWS Global Accelerator in front of this road",
    };

    /// <summary>Warns of each.</summary>
    public static void Warn(CompileContext context)
    {
        Each<V2HorizontalPodAutoscaler>("spec.metrics", "has no effect: there are no metrics here; replicas are only kept between minReplicas and maxReplicas");
        Each<V1NetworkPolicy>("kind", "has no effect: every pod may reach every other");
        Each<V1PriorityClass>("kind", "has no effect: pods aren't preempted");
        Each<V1ResourceQuota>("kind", "has no effect: resources aren't counted");
        Each<V1LimitRange>("kind", "has no effect: resources aren't limited");
        Each<V1StorageClass>("kind", "has no effect: every claim is a folder on this machine");
        Each<V1PersistentVolume>("kind", "has no effect: every claim is a folder on this machine");
        Each<V1MutatingWebhookConfiguration>("kind", "has no effect: no webhook is called, so that none adds containers or fields");
        Each<V1ValidatingWebhookConfiguration>("kind", "has no effect: no webhook is called");
        Each<V1ValidatingAdmissionPolicy>("kind", "has no effect: no policy is asked, so that nothing is refused by it");
        Each<V1MutatingAdmissionPolicy>("kind", "has no effect: no policy is asked, so that none changes an object");
        Each<V1RuntimeClass>("kind", "has no effect: pods run as if they named none");
        Each<V1CertificateSigningRequest>("kind", "has no effect: nobody signs it");
        Each<V1beta1ClusterTrustBundle>("kind", "has no effect: no pod can mount it");
        Each<V1beta1PodCertificateRequest>("kind", "has no effect: nobody signs it");
        Each<Resourcev1ResourceClaim>("kind", "has no effect: there are no devices, and pods that name it run without");

        foreach (var set in context.State.All<V1StatefulSet>().Where(s => s.Value.Spec?.UpdateStrategy?.RollingUpdate?.MaxUnavailable is { Value: not "1" }))
            context.Warnings.Add(set, "spec.updateStrategy.rollingUpdate.maxUnavailable", "has no effect: pods are updated one at a time, as in a cluster without the feature gate MaxUnavailableStatefulSet");

        foreach (var kind in context.State.All<CustomResource>().GroupBy(r => (r.Value.ApiVersion, r.Value.Kind)))
        {
            // Of a group that the road knows: its controller would read it in a cluster.
            if (Unsupported.TryGetValue((kind.First().Key.Group, kind.Key.Kind), out var why))
            {
                foreach (var found in kind) context.Refuse(found, "kind", $"{found.Value.Kind} ({found.Value.ApiVersion}) isn't supported yet: {why}. It isn't accepted, and nothing is made of it");
                continue;
            }

            var others = kind.Count() - 1;
            context.Warnings.Add(kind.First(), "kind",
                $"has no effect{(others == 0 ? "" : $", nor have {others} more of its kind")}: no controller of {kind.Key.ApiVersion} is run here, so that nothing is made of it");
        }

        void Each<T>(string field, string message) where T : class, IKubernetesObject
        {
            foreach (var found in context.State.All<T>()) context.Warnings.Add(found, field, message);
        }
    }
}
