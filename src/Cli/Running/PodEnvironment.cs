using Usher.Model.Contracts;

namespace Usher.Cli.Running;

/// <summary>
/// What the road adds to a process pod's environment: where to send spans, and a folder of its namespace that outlives the pod.
/// </summary>
internal sealed class PodEnvironment(StateDirectory state, OtlpAddress otlp) : IPodEnvironment
{
    public IEnumerable<KeyValuePair<string, string>> For(PodStart start)
    {
        var shared = Directory.CreateDirectory(Path.Combine(state.Path, "data", start.Key.Namespace));
        yield return new("STATE_DIRECTORY", shared.FullName);
        if (otlp.Url is not { } url) yield break;
        yield return new("OTEL_EXPORTER_OTLP_ENDPOINT", url);
        yield return new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        yield return new("OTEL_EXPORTER_OTLP_HEADERS", $"authorization=Bearer {otlp.Token}");
        // Spans are wanted while somebody looks at the journey; the default is 5 s.
        yield return new("OTEL_BSP_SCHEDULE_DELAY", "100");
        yield return new("OTEL_RESOURCE_ATTRIBUTES", $"k8s.pod.name={start.Key.Name},k8s.namespace.name={start.Key.Namespace},k8s.node.name={start.Pod.Spec.NodeName}");
    }
}

/// <summary>Where pods send their spans, and the token that lets them; known once the API listens.</summary>
internal sealed class OtlpAddress
{
    /// <summary>The address, or null before the API listens.</summary>
    internal string? Url { get; set; }

    /// <summary>Good for sending spans and for nothing else, since every pod sees it.</summary>
    internal string Token { get; } = StateDirectory.NewToken();
}
