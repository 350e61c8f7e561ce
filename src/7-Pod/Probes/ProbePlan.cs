using System.Collections.Immutable;

namespace Usher.Pod;

/// <summary>Which of a container's three probes.</summary>
internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}

/// <summary>A probe with Kubernetes' defaults filled in.</summary>
internal sealed record ProbePlan(ProbeKind Kind, string Container, ProbeAction Action)
{
    public TimeSpan InitialDelay { get; init; }

    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    public int SuccessThreshold { get; init; } = 1;

    public int FailureThreshold { get; init; } = 3;

    /// <summary>The probe's own grace period when it ends the container; null for the pod's.</summary>
    public TimeSpan? Grace { get; init; }
}

/// <summary>What a probe asks.</summary>
internal abstract record ProbeAction;

/// <summary>An HTTP GET.</summary>
/// <param name="Path">Path and query.</param>
/// <param name="Port">Declared.</param>
/// <param name="Headers">In their order.</param>
internal sealed record HttpAction(string Path, int Port, ImmutableArray<KeyValuePair<string, string>> Headers) : ProbeAction
{
    /// <summary><c>scheme: HTTPS</c>; the certificate isn't verified, as the kubelet doesn't either.</summary>
    public bool Tls { get; init; }

    /// <summary>As URLs have it.</summary>
    public string Scheme => Tls ? "https" : "http";
}

/// <summary>A TCP connection.</summary>
/// <param name="Port">Declared.</param>
internal sealed record TcpAction(int Port) : ProbeAction;

/// <summary>The gRPC Health Checking Protocol (<c>grpc.health.v1.Health/Check</c>), without TLS.</summary>
/// <param name="Port">Declared.</param>
/// <param name="Service">Empty for the server as a whole.</param>
internal sealed record GrpcAction(int Port, string Service) : ProbeAction;

/// <summary>A command in the container; it passes with exit code 0. A stand-in has no image that it would be in: it is taken to pass.</summary>
/// <param name="Command">Program and arguments.</param>
internal sealed record ExecAction(ImmutableArray<string> Command) : ProbeAction;

/// <summary>A pause; a hook only.</summary>
/// <param name="Span">How long.</param>
internal sealed record SleepAction(TimeSpan Span) : ProbeAction;
