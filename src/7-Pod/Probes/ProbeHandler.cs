using System.Net.Sockets;

namespace Usher.Pod;

/// <summary>How the kubelet sends a request to a pod, as an HTTP or gRPC probe wants it: by a new connection to where the pod's port is bound.</summary>
internal static class ProbeHandler
{
    /// <summary>The kubelet's User-Agent.</summary>
    internal const string Agent = "kube-probe/1.33";

    private static readonly HttpRequestOptionsKey<PodPlan> Target = new("pod");

    /// <summary>A handler, whose requests say to which pod they go.</summary>
    internal static SocketsHttpHandler Make() => new()
    {
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>Says to which pod a request goes.</summary>
    internal static void To(this HttpRequestMessage request, PodPlan pod) => request.Options.Set(Target, pod);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.TryGetValue(Target, out var pod);
        return new NetworkStream(await Prober.ConnectAsync(pod!, context.DnsEndPoint.Port, cancellationToken), ownsSocket: true);
    }
}
