using System.Net;
using System.Net.Sockets;

namespace Usher.Pod;

/// <summary>
/// Asks probes over the network, from where the kubelet would: a new connection each time, to the pod's bound address, while the message
/// names the declared one.
/// </summary>
internal sealed class Prober(TimeProvider time) : IProber, IDisposable
{
    private readonly HttpProbe http = new();
    private readonly GrpcProbe grpc = new();

    /// <inheritdoc/>
    public async Task<ProbeResult> AskAsync(PodPlan pod, ProbePlan probe, CancellationToken cancellationToken)
    {
        if (pod.Address is not { } address) return ProbeResult.Failed("the pod has no address");
        using var limit = new CancellationTokenSource(probe.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return probe.Action switch
            {
                HttpAction action => await http.AskAsync(pod, action, either.Token),
                GrpcAction action => await grpc.AskAsync(pod, action, either.Token),
                TcpAction action => await AskAsync(pod, action, either.Token),
                // A command of the image, where a stand-in has no image.
                _ => ProbeResult.Passed,
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or SocketException or IOException)
        {
            return ProbeResult.Failed(Words(probe.Action, address.Declared, e));
        }
    }

    /// <summary>Opens a connection to a declared port of a pod, where it is bound.</summary>
    internal static async Task<Socket> ConnectAsync(PodPlan pod, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(pod.Address!.Bound, pod.Addresses.BoundPort(port)), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        grpc.Dispose();
    }

    private static async Task<ProbeResult> AskAsync(PodPlan pod, TcpAction action, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(pod, action.Port, cancellationToken);
        return ProbeResult.Passed;
    }

    private static string Words(ProbeAction action, IPAddress declared, Exception e)
    {
        var late = e is OperationCanceledException;
        var refused = e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
        var why = refused ? "connect: connection refused" : e.GetBaseException().Message;
        return action switch
        {
            HttpAction http when late =>
                $"Get \"http://{declared}:{http.Port}{http.Path}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            HttpAction http => $"Get \"http://{declared}:{http.Port}{http.Path}\": {(refused ? $"dial tcp {declared}:{http.Port}: " : "")}{why}",
            GrpcAction grpc => $"timeout: failed to connect service \"{declared}:{grpc.Port}\"{(late ? "" : $": {why}")}",
            TcpAction tcp => $"dial tcp {declared}:{tcp.Port}: {(late ? "i/o timeout" : why)}",
            _ => why,
        };
    }
}
