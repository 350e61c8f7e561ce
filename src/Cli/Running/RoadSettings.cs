using Usher.Model.Aws;
using Usher.Model.Road;
using Usher.Trace;
using Usher.Trace.Export;

namespace Usher.Cli.Running;

/// <summary>What the command line says about a road.</summary>
internal sealed record RoadSettings
{
    /// <summary>Files and folders with manifests.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Whether stand-ins take the place of every pod that Usher doesn't serve itself.</summary>
    public bool StandIn { get; init; }

    /// <summary>Whether hops of this process are reached by express links.</summary>
    public bool Express { get; init; }

    /// <summary>Whether the load balancers' answers carry <c>Server-Timing</c>.</summary>
    public bool ServerTiming { get; init; }

    /// <summary>What is kept of journeys, and for how long.</summary>
    public TraceOptions Trace { get; init; } = new();

    /// <summary>Where journeys are exported to; null for nowhere.</summary>
    public OtlpSettings? Otlp { get; init; }

    /// <summary>The loopback addresses.</summary>
    public LoopbackRange Range { get; init; } = LoopbackRange.Default;

    /// <summary>The name server's port; 0 for any.</summary>
    public int DnsPort { get; init; } = 5300;

    /// <summary>The API's port; 0 for any.</summary>
    public int ApiPort { get; init; } = 7070;

    /// <summary>The account and region that AWS names belong to.</summary>
    public AwsScope Scope { get; init; } = AwsScope.Default;
}
