using k8s.Models;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// HorizontalPodAutoscalers of <c>autoscaling/v1</c>, which an API server still serves, as those of <c>v2</c> that it keeps of them
/// (<c>Convert_v1_HorizontalPodAutoscaler_To_autoscaling_HorizontalPodAutoscaler</c>): its one target becomes a metric. Metrics beyond it, which kubectl shows in annotations, have no effect in v2 either.
/// </summary>
internal static class OlderAutoscalers
{
    /// <summary>The same as one of <c>autoscaling/v2</c>.</summary>
    internal static V2HorizontalPodAutoscaler Read(V1HorizontalPodAutoscaler older) => new()
    {
        ApiVersion = "autoscaling/v2",
        Kind = "HorizontalPodAutoscaler",
        Metadata = older.Metadata,
        Spec = older.Spec is not { } spec ? null : new V2HorizontalPodAutoscalerSpec
        {
            MinReplicas = spec.MinReplicas,
            MaxReplicas = spec.MaxReplicas,
            ScaleTargetRef = spec.ScaleTargetRef is not { } target ? null : new V2CrossVersionObjectReference { ApiVersion = target.ApiVersion, Kind = target.Kind, Name = target.Name },
            Metrics = spec.TargetCPUUtilizationPercentage is not { } percentage ? null :
            [
                new V2MetricSpec { Type = "Resource", Resource = new V2ResourceMetricSource { Name = "cpu", Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = percentage } } },
            ],
        },
    };
}
