using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;

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
    public async Task<ProbeResult> AskAsync(PodPlan pod, ProbePlan probe, IRunningPod running, CancellationToken cancellationToken)
    {
        if (pod.Address is not { } address) return ProbeResult.Failed("the pod has no address");
        using var limit = new CancellationTokenSource(probe.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await AskAsync(pod, probe.Action, running, either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or SocketException or IOException)
        {
            return ProbeResult.Failed(Words(probe.Action, address.Declared, e, probe.Timeout));
        }
    }

    /// <inheritdoc/>
    public async Task<ProbeResult> RunAsync(PodPlan pod, ProbeAction hook, IRunningPod running, CancellationToken cancellationToken)
    {
        try
        {
            if (hook is SleepAction sleep)
            {
                await Task.Delay(sleep.Span, time, cancellationToken);
                return ProbeResult.Passed;
            }

            // Any answer is a success (pkg/kubelet/lifecycle): the hook only wants to be heard.
            var result = await AskAsync(pod, hook, running, cancellationToken);
            return hook is HttpAction ? ProbeResult.Passed : result;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return ProbeResult.Failed(Words(hook, pod.Address!.Declared, e, TimeSpan.Zero));
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

    private async Task<ProbeResult> AskAsync(PodPlan pod, ProbeAction action, IRunningPod running, CancellationToken cancellationToken) => action switch
    {
        HttpAction asked => await http.AskAsync(pod, asked, cancellationToken),
        GrpcAction asked => await grpc.AskAsync(pod, asked, cancellationToken),
        TcpAction asked => await AskAsync(pod, asked, cancellationToken),
        ExecAction asked when running is ICommandRunner runner => await runner.RunAsync(asked.Command, cancellationToken),
        // A command of the image, where a stand-in has no image.
        _ => ProbeResult.Passed,
    };

    private static async Task<ProbeResult> AskAsync(PodPlan pod, TcpAction action, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(pod, action.Port, cancellationToken);
        return ProbeResult.Passed;
    }

    private static string Words(ProbeAction action, IPAddress declared, Exception e, TimeSpan limit)
    {
        var late = e is OperationCanceledException;
        var refused = e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
        var why = refused ? "connect: connection refused" : e.GetBaseException().Message;
        return action switch
        {
            HttpAction http when late =>
                $"Get \"{http.Scheme}://{declared}:{http.Port}{http.Path}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            HttpAction http => $"Get \"{http.Scheme}://{declared}:{http.Port}{http.Path}\": {(refused ? $"dial tcp {declared}:{http.Port}: " : "")}{why}",
            GrpcAction grpc => $"timeout: failed to connect service \"{declared}:{grpc.Port}\"{(late ? "" : $": {why}")}",
            TcpAction tcp => $"dial tcp {declared}:{tcp.Port}: {(late ? "i/o timeout" : why)}",
            ExecAction exec when late =>
                string.Create(CultureInfo.InvariantCulture, $"command \"{string.Join(' ', exec.Command)}\" timed out after {limit.TotalSeconds}s"),
            _ => why,
        };
    }
}
