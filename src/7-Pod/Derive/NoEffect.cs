using k8s;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Kinds that ordinary manifests have and that change nothing here: each object is named once (of somebody else's custom resources each kind), so that nobody relies on it.</summary>
internal static class NoEffect
{
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

        foreach (var kind in context.State.All<CustomResource>().GroupBy(r => (r.Value.ApiVersion, r.Value.Kind)))
        {
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
